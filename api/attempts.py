"""Carries a request out once under its Idempotency-Key: claim, work, keep the answer; or repeat the answer that was given before."""

from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

from fastapi import Depends, Request, Response

from api import words
from api.codes import Code
from api.hearing import hear, report_of
from api.house import House
from api.idempotency import Key, Once, digest
from api.ports import CommandRefusedError
from api.problems import FieldError, Problem
from api.schemas.shapes import Asked, Told
from api.security import SignedIn

Answered = TypeVar("Answered", bound=Told)
REPEATED = "Idempotency-Replayed"
SAFETY_CASE = "Safety-Case"
"""The header that tells the id of the safety case that the request opened."""


class Attempt:
    """One try at a request that must take effect once."""

    def __init__(self, request: Request, response: Response, who: SignedIn, key: Key, house: House) -> None:
        self._request = request
        self._response = response
        self._who = who
        self._key = key
        self._house = house

    async def once(self, body: Asked, answer: type[Answered], work: Callable[[Once], Awaitable[Answered]], *, makes: str | None = None) -> Answered:
        """Do the work, or tell what it came to before. A refusal frees the key; work that was cut short is done again. What the report tells drug safety is
        kept first, and stays also where the report is refused. `makes` is the noun of what the request puts on record, where that is reported on."""
        once = Once(self._who.id, self._key, digest(self._request.method, self._request.url.path, body))
        claim = await self._house.idempotency.claim(once, now=self._house.clock.now())
        match claim.state:
            case "reused":
                await self._hear(once, body, makes)
                detail = "This Idempotency-Key named another request. Choose a new key for a new request."
                raise Problem(Code.IDEMPOTENCY_KEY_REUSED, detail, errors=[FieldError(detail=detail, parameter="Idempotency-Key")])
            case "answered":
                self._response.headers[REPEATED] = "true"
                return answer.model_validate(claim.response)
            case "new":
                return await self._work(once, body, work, makes)

    async def _work(self, once: Once, body: Asked, work: Callable[[Once], Awaitable[Answered]], makes: str | None) -> Answered:
        try:
            await self._hear(once, body, makes)
            noted = await words.checked(self._house, self._who, body)
            done = await work(once)
        except (Problem, CommandRefusedError):
            await self._house.idempotency.release(once)
            raise
        await self._house.idempotency.settle(once, status=self._request.scope["route"].status_code or 200, response=done.model_dump(mode="json"))
        self._response.headers.update(words.header(noted))
        await words.note(self._house, self._who, self._request.url.path, noted)
        return done

    async def _hear(self, once: Once, body: Asked, makes: str | None) -> None:
        path = self._request.path_params
        report = f"{makes}:{once.id(makes)}" if makes is not None else report_of(path, self._request.scope["route"].name)
        case = await hear(self._house, self._who, body, report=report, person_id=path.get("person_id"), once=once)
        if case is not None:
            self._response.headers[SAFETY_CASE] = case


Attempted = Annotated[Attempt, Depends(Attempt)]
