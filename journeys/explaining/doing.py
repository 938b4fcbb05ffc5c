"""What happens at a step, in sentences: one `case` for each kind."""

from collections.abc import Iterator
from typing import assert_never

from journeys.access import MeetingForm
from journeys.definitions import (
    HOLD_OUT,
    BranchStep,
    EmailStep,
    EscalateStep,
    ExitStep,
    InviteStep,
    JourneyStep,
    MedicalStep,
    MessageStep,
    NotifyStep,
    ParallelStep,
    RequestStep,
    Sending,
    SplitStep,
    Step,
    Update,
    UpdateStep,
    VisitStep,
    WaitStep,
)
from journeys.explaining.phrases import Names, both, either, sentence, spoken
from journeys.explaining.times import starting
from journeys.explaining.waiting import waiting
from journeys.facts import Wall
from journeys.sides import side_of

CHANNELS = {"face_to_face": "face to face", "remote": "by video", "phone": "by phone"}
_LEADS = {Wall.COMMERCIAL: "sales", Wall.OPEN: "sales", Wall.MEDICAL: "medical"}
_WHOM = {"conductor": "The rep in charge", "sales": "Sales", "marketing": "Marketing", "medical": "Medical"}


def doing(step: Step, names: Names) -> Iterator[str]:  # noqa: C901, PLR0912 - one line for each kind of step
    """Who does what within which time, with which content. Where the step leads is `leading`'s."""
    match step:
        case VisitStep():
            yield from _visit(step, names)
        case EmailStep():
            yield _sending("e-mail", step.email, names)
        case MessageStep():
            yield _sending(f"message by {spoken(step.message.channel).upper()}", step.message, names)
        case InviteStep():
            yield from _invite(step, names)
        case MedicalStep():
            needed = " It begins only if that question has been recorded in the HCP's own words." if step.medical.needs == "inquiry" else ""
            yield f"Medical answers the HCP's own, unprompted question within {step.medical.due}.{needed} Commercial learns that it was answered, not what."
        case EscalateStep():
            lead = _LEADS[side_of(names.definition, step.escalate.about)]
            yield f"The lead of {lead} gets a task, because something is late or stuck at {names.step(step.escalate.about)}."
            yield sentence(f"it is to be handled within {step.escalate.due}{_saying(step.escalate.message)}")
        case WaitStep():
            yield waiting(step.wait, names)
        case BranchStep():
            yield "Nobody does anything here: what is known of the HCP at that moment decides."
        case SplitStep():
            yield f"A draw decides, by weights: {both([f'{spoken(arm)} {weight}' for arm, weight in step.split.arms.items()])}."
            yield "Repeated for the same run, it falls the same."
            if HOLD_OUT in step.split.arms:
                yield "Whoever falls into the hold-out is left alone, so that the others can be compared with them."
        case ParallelStep():
            yield from _parallel(step, names)
        case JourneyStep():
            yield f"The journey “{step.journey.start}” is begun for the same HCP, if its own rules let the HCP enter."
            yield f"This one waits for it to end, {step.journey.up_to} at most." if step.journey.awaited else "This one does not wait for it."
        case UpdateStep():
            yield f"What has been learnt is written down: {both(list(_learnt(step.update, names)))}."
        case NotifyStep():
            yield sentence(f"{_WHOM[step.notify.whom]} is told “{step.notify.message}”")
            yield "No task comes with it."
        case RequestStep():
            shown = both([f"the {spoken(fact)}" for fact in step.request.facts]) + " and nothing else" if step.request.facts else "nothing"
            yield f"Another system, “{spoken(step.request.to)}”, is asked. Of the HCP it is told {shown}."
            yield f"It has {step.request.up_to} to answer one of these: {', '.join(map(spoken, step.request.answers))}."
        case ExitStep():
            yield f"The journey ends here, with the reason “{spoken(step.exit.reason)}”."
            if step.exit.continue_with is not None:
                yield "The HCP goes on with the strategy of the persona that is on record then, if it is another one."
        case _ as never:
            assert_never(never)


def _visit(step: VisitStep, names: Names) -> Iterator[str]:
    channels = step.visit.channels
    yield f"The rep meets the HCP {either([CHANNELS[channel] for channel in channels])}, within {step.visit.due}."
    if step.visit.form is not MeetingForm.PRODUCT_INFORMATION:
        yield f"It is held as a meeting of the form “{spoken(step.visit.form)}”."
    for channel, meeting in channels.items():
        shows = f"shows {both([names.content(ref) for ref in meeting.materials])}" if meeting.materials else "shows nothing"
        yield sentence(f"{CHANNELS[channel]}, the rep {shows}{_saying(meeting.message)}")
    yield f"The rep reports one of these: {', '.join(map(spoken, step.visit.outcomes))}."


def _saying(message: str | None) -> str:
    return f", with the message “{message}”" if message else ""


def _sending(what: str, sending: Sending, names: Names) -> str:
    letter = f"the approved {what} {names.content(sending.content)}"
    to = "the nurse of the HCP's care team, on the nurse's own consent" if sending.to == "nurse" else "the HCP"
    if sending.sent_by == "rep":
        return f"The rep sends {letter} to {to}, within {sending.due}."
    return sentence(f"{letter} is sent automatically to {to}")


def _invite(step: InviteStep, names: Names) -> Iterator[str]:
    invite = step.invite
    yield _sending("invitation", invite, names)
    yield f"It is to a {invite.occasion} that starts {starting(invite.starts)} and lasts {invite.lasts}."
    yield f"The answer is waited for, {invite.answer_by} at most and never beyond the start."
    yield f"Of those who accept, the attendance is awaited until {invite.recorded_by} after the end."


def _parallel(step: ParallelStep, names: Names) -> Iterator[str]:
    lines = [f"“{spoken(name)}” from {names.step(first)}" for name, first in step.parallel.branches.items()]
    yield f"{len(lines)} lines run side by side: {both(lines)}."
    yield (
        "The journey goes on when all of them have come to their end."
        if step.parallel.join == "all"
        else ("The journey goes on when the first of them has come to its end, and the others are cancelled.")
    )


def _learnt(update: Update, names: Names) -> Iterator[str]:
    if update.add_tags:
        yield f"the HCP gets the {_tags(update.add_tags)}"
    if update.remove_tags:
        yield f"the HCP loses the {_tags(update.remove_tags)}"
    if update.channel_preference is not None:
        yield f"the channel preference becomes {spoken(update.channel_preference)}"
    if update.propose_stage is not None:
        yield f"the adoption stage “{spoken(update.propose_stage)}” is proposed, on which a human decides"
    if update.propose_persona is not None:
        yield f"the persona {names.persona(update.propose_persona)} is proposed, on which a human decides"


def _tags(tags: tuple[str, ...]) -> str:
    return f"{'tag' if len(tags) == 1 else 'tags'} {both([f'“{spoken(tag)}”' for tag in tags])}"
