"""What people do: a rep at a task, an MSL at a question, an HCP at a mail. A plot is put together from these; each takes some days of journey time first."""

import re
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any
from uuid import uuid4

from api.schemas.inquiries import InquiryForCommercial, InquiryForMedical
from api.schemas.tasks import TaskForMedical
from orchestrator.demo.caller import DemoError
from orchestrator.demo.stage import Scene

Reaction = Callable[[Scene], Coroutine[Any, Any, None]]
_LINK = re.compile(r"https?://\S+/t/\S+")
_ONE_CLICK = {"List-Unsubscribe": "One-Click"}
"""What RFC 8058 has a mail program post."""


NOTHING = {"answer": "none"}
"""What everybody answers to the adverse-event question: in this month nobody suffers any."""


def in_turn(*reactions: Reaction) -> Reaction:
    """One after the other."""

    async def react(scene: Scene) -> None:
        for reaction in reactions:
            await reaction(scene)

    return react


def meets(outcome: str, on: str, *, after: float = 1.0, persona: tuple[str, str] | None = None, choose: str | None = None) -> Reaction:
    """Do a visit and report it; `persona` is the one that was met, with the reason, and `choose` an offer instead of the outcome's path."""
    body: dict[str, object] = {"outcome": outcome, "channel": on, "safety": NOTHING}
    if persona is not None:
        body["persona"] = {"is": persona[0], "reason": persona[1]}
    if choose is not None:
        body["choose"] = choose

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.command("complete", body)

    return react


def meets_and_reports_twice(outcome: str, on: str, *, after: float = 1.0) -> Reaction:
    """Report a visit, then the same under the same key as a lost answer makes a client do, then something else under it, which must be refused."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        key = uuid4().hex
        await scene.command("complete", {"outcome": outcome, "channel": on}, key=key)
        await scene.command("complete", {"outcome": outcome, "channel": on}, key=key)
        await scene.caller.give(f"tasks/{scene.about.id}/complete", {"outcome": outcome, "channel": on, "remark": "Another body.", "safety": NOTHING}, key=key)

    return react


def sends(*, after: float = 0.3) -> Reaction:
    """Send the approved e-mail of the task."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.command("complete", {"outcome": "sent"})

    return react


def puts_off(days: float, *, remark: str, then: Reaction) -> Reaction:
    """Put the task off, and do it afterwards."""

    async def react(scene: Scene) -> None:
        until = scene.stage.clock.now() + timedelta(days=days)
        await scene.command("snooze", {"until": until.isoformat(), "remark": remark, "safety": NOTHING})
        await scene.stage.days(days)
        await then(scene)

    return react


def skips(reason: str, *, remark: str, after: float = 0.5) -> Reaction:
    """Leave the task undone, with a reason."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.command("skip", {"reason": reason, "remark": remark, "safety": NOTHING})

    return react


def chooses(offer: str, *, remark: str, after: float = 0.5) -> Reaction:
    """Leave the task for a step that the journey offers."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.command("choose", {"offer": offer, "remark": remark, "safety": NOTHING})

    return react


def hands_over(to: str, *, remark: str, then: Reaction) -> Reaction:
    """Give the task to a colleague, who does it."""

    async def react(scene: Scene) -> None:
        await scene.command("reassign", {"to": to, "remark": remark, "safety": NOTHING})
        await then(scene.handed_to(to))

    return react


def records_consent_and_reports(on: str, *, proof: str, after: float = 1.0) -> Reaction:
    """Ask for consent to e-mail, record it with its evidence, and report the visit."""
    consent = {"channel": "email", "method": "signature", "text_version": "se-email-2025-1", "language": "sv", "proof": proof}

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.post(f"people/{scene.hcp.id}/consents", consent)
        await scene.command("complete", {"outcome": "consent_given", "channel": on})

    return react


def passes_on_a_question(question: str, on: str, *, after: float = 1.0) -> Reaction:
    """The HCP asks for data. Without the question on record the outcome is refused; with it, in the HCP's words and unprompted, medical gets the task."""
    report = {"outcome": "wants_data", "channel": on}

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.caller.give(f"tasks/{scene.about.id}/complete", report)
        recorded = await scene.post(
            "inquiries", {"person_id": scene.hcp.id, "product": scene.about.product, "question": question, "safety": NOTHING, "unsolicited": True}
        )
        inquiry = str(recorded.answer["id"])
        await scene.command("complete", {**report, "inquiry_id": inquiry})
        await scene.caller.read(f"inquiries/{inquiry}", InquiryForCommercial)

    return react


def answers(answer: str, *, remark: str, after: float = 1.0) -> Reaction:
    """The MSL reads the question, takes it, answers it and says so; afterwards the rep looks, and learns that it is answered."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        task = await scene.caller.read(f"tasks/{scene.about.id}", TaskForMedical)
        if task.inquiry_id is None:
            raise DemoError(f"The medical task of {scene.hcp.name} names no question.")
        question = await scene.caller.read(f"inquiries/{task.inquiry_id}", InquiryForMedical)
        if question.status in {"received", "in_progress"}:
            await scene.post(f"inquiries/{task.inquiry_id}/take", {})
            await scene.post(f"inquiries/{task.inquiry_id}/answer", {"answer": answer, "safety": NOTHING})
        await scene.command("complete", {"outcome": "answered", "remark": remark, "safety": NOTHING})
        await scene.rep.read(f"inquiries/{task.inquiry_id}", InquiryForCommercial)

    return react


def follows_the_link(*, after: float = 0.5) -> Reaction:
    """The HCP reads the mail and follows its first link."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        link = _LINK.search(scene.letter.text)
        if link is None:
            raise DemoError(f"The mail “{scene.letter.subject}” has no link to follow.")
        answered = await scene.stage.recipient.ask("GET", link[0])
        if not answered.is_redirect:
            raise DemoError(f"The link of “{scene.letter.subject}” was answered with {answered.status_code}.")
        scene.stage.say(f"{scene.hcp.name} follows the link of “{scene.letter.subject}”")

    return react


def unsubscribes(*, after: float = 1.0) -> Reaction:
    """The HCP's mail program posts the one click to the address in the List-Unsubscribe header."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        answered = await scene.stage.recipient.ask("POST", scene.letter.list_unsubscribe.strip("<> "), form=_ONE_CLICK)
        if not answered.is_success:
            raise DemoError(f"The unsubscribe link of “{scene.letter.subject}” was answered with {answered.status_code}.")
        scene.stage.say(f"{scene.hcp.name} unsubscribes with one click")

    return react


def objects(*, after: float = 1.0) -> Reaction:
    """The HCP objects to direct marketing and the rep records it; no journey lets them in afterwards."""

    async def react(scene: Scene) -> None:
        await scene.stage.days(after)
        await scene.post(f"people/{scene.hcp.id}/objection", {"method": "phone"})
        scene.stage.say(f"{scene.rep.user} records the objection of {scene.hcp.name}")
        await scene.caller.give("enrolments", {"person_id": scene.hcp.id, "journey": "ordinary"})

    return react
