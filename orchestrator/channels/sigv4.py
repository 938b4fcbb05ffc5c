"""Requests signed for Amazon Web Services, by Signature Version 4: HMAC-SHA256 over a canonical form of the request, with a key for one day, region and
service. It is tested against the examples that Amazon publishes; the libraries that sign belong to whole SDKs, or are not kept."""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
from pydantic import SecretStr

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, kw_only=True)
class Signer:
    """Who asks, and what for. A session token is there where the key is a temporary one."""

    access_key: str
    secret_key: SecretStr
    region: str
    service: str
    session_token: SecretStr | None = None

    def signed(self, request: httpx.Request, *, now: datetime) -> httpx.Request:
        """The request with its date and signature among its headers. All the headers that it has before are signed too, `host` among them."""
        stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
        request.headers["x-amz-date"] = stamp
        if self.session_token is not None:
            request.headers["x-amz-security-token"] = self.session_token.get_secret_value()
        names = ";".join(sorted({name.lower() for name in request.headers}))
        scope = f"{stamp[:8]}/{self.region}/{self.service}/aws4_request"
        text = "\n".join([_ALGORITHM, stamp, scope, _sha256(_canonical(request, names).encode())])
        signature = _hmac(self._key(stamp[:8]), text).hex()
        request.headers["authorization"] = f"{_ALGORITHM} Credential={self.access_key}/{scope}, SignedHeaders={names}, Signature={signature}"
        return request

    def _key(self, day: str) -> bytes:
        key = f"AWS4{self.secret_key.get_secret_value()}".encode()
        for part in (day, self.region, self.service, "aws4_request"):
            key = _hmac(key, part)
        return key


def _canonical(request: httpx.Request, names: str) -> str:
    """Method, path, query, headers, their names, and the digest of the body, a line each."""
    path = quote(request.url.path, safe="/~-._")
    query = "&".join(sorted(f"{quote(name, safe='~')}={quote(value, safe='~')}" for name, value in request.url.params.multi_items()))
    headers = [f"{name}:{_squeezed(request.headers, name)}" for name in names.split(";")]
    return "\n".join([request.method, path, query, *headers, "", names, _sha256(request.content)])


def _squeezed(headers: Mapping[str, str], name: str) -> str:
    return " ".join(headers[name].split())


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _sha256(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
