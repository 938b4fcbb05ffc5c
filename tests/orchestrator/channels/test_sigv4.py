"""Signature Version 4, against the examples of Amazon's own documentation and test suite."""

from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from orchestrator.channels.sigv4 import Signer

_KEY, _SECRET = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
_AT = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)


def _request(method: str, url: str, *, body: bytes = b"", **headers: str) -> httpx.Request:
    """One with `host` and the named headers alone, as the examples have it."""
    request = httpx.Request(method, url, content=body)
    request.headers = httpx.Headers({"host": request.url.netloc.decode(), **{name.replace("_", "-"): value for name, value in headers.items()}})
    return request


def _signature(request: httpx.Request, service: str = "service") -> str:
    signer = Signer(access_key=_KEY, secret_key=SecretStr(_SECRET), region="us-east-1", service=service)
    return signer.signed(request, now=_AT).headers["authorization"]


@pytest.mark.parametrize(
    ("request_", "signature"),
    [
        (_request("GET", "https://example.amazonaws.com/"), "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
        (_request("POST", "https://example.amazonaws.com/"), "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
        (
            _request("GET", "https://example.amazonaws.com/?Param2=value2&Param1=value1"),
            "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
        ),
        (
            _request("POST", "https://example.amazonaws.com/", body=b"Param1=value1", content_type="application/x-www-form-urlencoded"),
            "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a",
        ),
    ],
    ids=["get-vanilla", "post-vanilla", "get-vanilla-query-order-key-case", "post-x-www-form-urlencoded"],
)
def test_the_test_suite_of_amazon(request_: httpx.Request, signature: str) -> None:
    """The cases of the published suite that look like requests of ours, by their names there."""
    assert _signature(request_).endswith(f"Signature={signature}")


def test_the_example_of_the_documentation() -> None:
    """ListUsers of IAM, as the documentation of Signature Version 4 computes it step by step."""
    request = _request("GET", "https://iam.amazonaws.com/?Action=ListUsers&Version=2010-05-08", content_type="application/x-www-form-urlencoded; charset=utf-8")
    assert _signature(request, "iam") == (
        "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, "
        "Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    )


def test_a_temporary_key_brings_its_token_under_the_signature() -> None:
    """What is not signed could be exchanged on the way."""
    signer = Signer(access_key=_KEY, secret_key=SecretStr(_SECRET), region="us-east-1", service="ses", session_token=SecretStr("token"))
    headers = signer.signed(_request("GET", "https://example.amazonaws.com/"), now=_AT).headers
    assert headers["x-amz-security-token"] == "token"
    assert "host;x-amz-date;x-amz-security-token" in headers["authorization"]


def test_another_body_has_another_signature() -> None:
    """One changed byte is seen."""
    one, other = (_signature(_request("POST", "https://example.amazonaws.com/", body=body)) for body in (b"a", b"b"))
    assert one != other
