"""What happens at a step, in sentences: one `case` for each kind."""

from collections.abc import Iterator
from typing import assert_never

from journeys.definitions import BranchStep, EmailStep, ExitStep, Heard, MedicalStep, Step, VisitStep, WaitStep
from journeys.explaining.phrases import Names, both, either, sentence, spoken

_CHANNELS = {"face_to_face": "face to face", "remote": "by video", "phone": "by phone"}
_HEARD = {
    Heard.DELIVERED: "it is delivered",
    Heard.OPENED: "it is opened",
    Heard.CLICKED: "a link in it is clicked",
    Heard.REPLIED: "it is answered",
    Heard.BOUNCED: "it comes back",
}


def doing(step: Step, names: Names) -> Iterator[str]:
    """Who does what within which time, with which content. Where the step leads is `leading`'s."""
    match step:
        case VisitStep():
            yield from _visit(step, names)
        case EmailStep():
            yield _email(step, names)
        case MedicalStep():
            needed = " It begins only if that question has been recorded in the HCP's own words." if step.medical.needs == "inquiry" else ""
            yield f"Medical answers the HCP's own, unprompted question within {step.medical.due}.{needed} Commercial learns that it was answered, not what."
        case WaitStep():
            yield _wait(step, names)
        case BranchStep():
            yield "Nobody does anything here: what is known of the HCP at that moment decides."
        case ExitStep():
            yield f"The journey ends here, with the reason “{spoken(step.exit.reason)}”."
            if step.exit.continue_with is not None:
                yield "The HCP goes on with the strategy of the persona that is on record then, if it is another one."
        case _ as never:
            assert_never(never)


def _visit(step: VisitStep, names: Names) -> Iterator[str]:
    channels = step.visit.channels
    yield f"The rep meets the HCP {either([_CHANNELS[channel] for channel in channels])}, within {step.visit.due}."
    for channel, meeting in channels.items():
        shows = f"shows {both([names.content(ref) for ref in meeting.materials])}" if meeting.materials else "shows nothing"
        says = f", with the message “{meeting.message}”" if meeting.message else ""
        yield sentence(f"{_CHANNELS[channel]}, the rep {shows}{says}")
    yield f"The rep reports one of these: {', '.join(map(spoken, step.visit.outcomes))}."


def _email(step: EmailStep, names: Names) -> str:
    letter = f"the approved e-mail {names.content(step.email.content)}"
    to = "the nurse of the HCP's care team, on the nurse's own consent" if step.email.to == "nurse" else "the HCP"
    if step.email.sent_by == "rep":
        return f"The rep sends {letter} to {to}, within {step.email.due}."
    return sentence(f"{letter} is sent to {to}, by itself")


def _wait(step: WaitStep, names: Names) -> str:
    if step.wait.time is not None:
        return f"The journey rests for {step.wait.time}."
    of = f"the e-mail of {names.step(step.wait.of)}" if step.wait.of is not None else "the latest e-mail"
    heard = either([_HEARD[event] for event in step.wait.for_])
    return f"The journey listens for what becomes of {of}: whether {heard}. It waits {step.wait.up_to or '…'} at most."
