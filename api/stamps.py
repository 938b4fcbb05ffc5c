"""The stamp by which another system, which does not sign in, proves that a body is its own: three headers, as Standard Webhooks has them."""

from typing import Annotated

from fastapi import Depends, Header

from api.codes import Code
from api.ports import Stamp
from api.problems import Problem, unknown


def _stamp(
    webhook_id: Annotated[str, Header(description="The key of what is answered: a request's key, a case's id.")] = "",
    webhook_timestamp: Annotated[str, Header(description="Unix seconds, at most five minutes from now.")] = "",
    webhook_signature: Annotated[str, Header(description="`v1,` and the signature of id, timestamp and body, by Standard Webhooks.")] = "",
) -> Stamp:
    return Stamp(id=webhook_id, timestamp=webhook_timestamp, signature=webhook_signature)


Stamped = Annotated[Stamp, Depends(_stamp)]
"""A parameter of whatever asks whether a body is genuine."""


def admit(genuine: bool | None, *, noun: str, signer: str) -> None:  # noqa: FBT001 - what a port says of a stamp
    """Raises Problem unless the stamp is genuine; None says that there is nothing of that name to answer."""
    if genuine is None:
        raise unknown(noun)
    if not genuine:
        raise Problem(Code.SIGNATURE_INVALID, f"The signature is not that of {signer}, or its timestamp is too far from now.")
