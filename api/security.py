"""Who may come in: signed bearer tokens, and the roles each operation is for. Every refusal is a problem."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.codes import Code
from api.house import House
from api.problems import Problem
from api.who import PEOPLE, WITH_JOURNEYS, Role, Who

ISSUER, AUDIENCE, ALGORITHM = "dirigent", "dirigent-api", "HS256"

_bearer = HTTPBearer(auto_error=False, bearerFormat="JWT", description="A signed token: `dirigent token USER` prints one.")


class Tokens:
    """Signs and reads the tokens of one installation. Expiry is counted in real time, whatever pace journeys are played at."""

    def __init__(self, key: str) -> None:
        self._key = key

    def issue(self, user_id: str, role: Role, *, lifetime: timedelta, now: datetime | None = None) -> str:
        """A token for a user, valid from now on for `lifetime`."""
        at = now or datetime.now(UTC)
        claims = {"sub": user_id, "role": role, "iss": ISSUER, "aud": AUDIENCE, "iat": at, "exp": at + lifetime}
        return jwt.encode(claims, self._key, algorithm=ALGORITHM)

    def read(self, token: str) -> Who:
        """Who the token speaks for. Raises Problem when it is not ours, not for us, or has expired."""
        try:
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], audience=AUDIENCE, issuer=ISSUER, options={"require": ["exp", "sub", "iss", "aud", "role"]}
            )
            return Who(claims["sub"], Role(claims["role"]))
        except jwt.ExpiredSignatureError:
            raise Problem(Code.TOKEN_EXPIRED, "The token has expired: sign in again.") from None
        except (jwt.InvalidTokenError, ValueError):
            raise Problem(Code.TOKEN_INVALID, "The token was not issued by this installation, or not for this API.") from None


async def signed_in(request: Request, house: House, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Who:
    """The user who asks: known, active, and in the role that the token names."""
    if given is None:
        raise Problem(Code.NOT_SIGNED_IN, "Send a token: Authorization: Bearer …")
    tokens: Tokens = request.app.state.tokens
    who = tokens.read(given.credentials)
    user = await house.users.find(who.id)
    if user is None or user.role != who.role:
        raise Problem(Code.USER_UNKNOWN, "The user of this token is no longer active in this role: sign in again.")
    request.state.who = who
    return who


def only(*roles: Role) -> Callable[..., Coroutine[Any, Any, Who]]:
    """A dependency that lets these roles in, and gives the user."""

    async def check(who: Annotated[Who, Depends(signed_in)]) -> Who:
        if who.role not in roles:
            raise Problem(Code.ROLE_NOT_ALLOWED, f"This is for {', '.join(roles)}; you are signed in as {who.role}.")
        return who

    return check


SignedIn = Annotated[Who, Depends(only(*sorted(PEOPLE)))]
"""Whoever is signed in, drug safety included and other systems left out: they report, and read nothing."""

Anyone = Annotated[Who, Depends(only(*sorted(WITH_JOURNEYS)))]
"""Whoever is signed in and works with journeys, commercial or medical."""
