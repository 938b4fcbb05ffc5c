"""What every key of a journey's file means, in a sentence: shown by editors and printed in the reference. A test asserts that none is left out."""

from pydantic import BaseModel

from journeys import conditions as on
from journeys.definitions import (
    Case,
    Definition,
    Email,
    Entry,
    Escalate,
    EventIs,
    Exit,
    ExitEvent,
    Invite,
    Mark,
    Medical,
    Meeting,
    Message,
    Notify,
    Parallel,
    Request,
    Route,
    Split,
    SubJourney,
    Update,
    Visit,
    Wait,
)
from journeys.loading.sugar import Snippet
from journeys.openings import Opening

STEP = {
    "title": "What a rep, and whoever signs, sees of the step.",
    "why": "Why this, why now, in a sentence for the rep.",
    "at_most": "How often a run may enter the step; after that it goes along `exhausted`. Every loop needs one.",
    "next": "Where each way out leads: a step, or `join` at the end of a line. A single step means that all ways lead there.",
    "blocked": "What to do with a touch that may not go out, by reason code or `otherwise`: a step, `wait`, `fall_back`, `skip` or `exit`.",
    "offers": "Steps that the human at the step may choose instead, with a reason.",
}
"""The keys that steps of several kinds have."""

KIND = {
    "visit": "A rep meets the HCP.",
    "email": "An e-mail from approved content.",
    "message": "A message from approved content on another channel, such as sms.",
    "invite": "An invitation to a webinar or a meeting, with the answer and the attendance.",
    "medical": "The HCP's own question is handed over to medical.",
    "escalate": "The lead of a side gets a task about a step that is late or stuck.",
    "wait": "For time, a date, an hour, something heard, a condition or an event.",
    "branch": "Cases by what is known; the first that holds is taken.",
    "split": "Arms by weight; the same run always falls into the same arm.",
    "parallel": "Lines that are played side by side until they join.",
    "journey": "Another journey for the same HCP.",
    "update": "What the journey has learnt of the HCP.",
    "notify": "A line for a colleague, with nothing to be done.",
    "request": "A signed call to another system, and its answer.",
    "exit": "The end of the run.",
}
"""The kinds of step."""

_SENDING = {
    "content": "Which version of which approved content is sent.",
    "sent_by": "By itself, or by the rep, as a task with a due.",
    "to": "The HCP, or the nurse of the HCP's care team: then it is the nurse's consent, address and cap that count.",
    "due": "By when the rep sends it; only with `sent_by: rep`.",
    "hold_up_to": "How long it is held and tried again when the gate says no, before it is given up.",
}

_INSTEAD = {"instead": "The channels that it may go by where `blocked` says `fall_back`, each with content made for it."}

_EVENT = {
    "event": "An event of the library's events.yaml.",
    "where": "Which values its fields must have: one, or any of a list.",
}

TEXTS: dict[type[BaseModel], dict[str, str]] = {
    Definition: {
        "journey": "The stable id of the journey.",
        "version": "A published version never changes; write the next one.",
        "title": "What it is called, for people.",
        "persona": "Whose strategy it is: a persona of the library. Left out where it is no persona's own.",
        "markets": "Where it runs; each market needs a policy.",
        "product": "The product that it is about.",
        "purpose": "What it is for, which decides on consent, caps and the wall.",
        "priority": "The more important of two journeys that want the same HCP goes first.",
        "entry": "Who may enter, and what enters them.",
        "goal": "When the run has succeeded; it ends there, wherever it stands.",
        "exit_when": "When the run ends early, wherever it stands.",
        "exit_on": "Events that end the run, wherever it stands.",
        "horizon": "The longest that a run may last.",
        "when_busy": "What a run does while a journey of higher priority has the HCP.",
        "start": "The first step, where it is not the first one written.",
        "steps": "The steps by their stable names.",
    },
    Entry: {
        "when": "The condition that everybody who enters must meet.",
        "on": "The event that enters an HCP.",
        "automatic": "Whoever comes to meet `when` is entered without being asked for.",
        "schedule": "At these times of the market's week whoever meets `when` is entered.",
        "again": "Whether, and how long after the end of the run before, an HCP may enter again. `by_key`: one run for each key of the event, side by side.",
        "hold_out": "Per cent of those who could enter that are kept out for comparison.",
    },
    EventIs: _EVENT,
    ExitEvent: {**_EVENT, "same_key": "Only the event with the key of the one by which the HCP entered."},
    Opening: {
        "at": "A time of the HCP's day.",
        "between": "From the one time up to the other; over midnight where the second comes first.",
        "on": "On which days; every day where it is left out. `working_days` leaves out weekend and public holidays.",
    },
    Mark: {
        "fact": "The date that a fact holds.",
        "field": "The date that a field of the entry event holds.",
        "at": "A fixed point in time.",
        "plus": "So much later.",
        "minus": "So much earlier.",
    },
    on.FactIs: {
        "fact": "The fact, by its name.",
        "is": "It has this value.",
        "in": "It has one of these values.",
        "at_least": "It is this or more, on a ladder or as a number.",
        "at_most": "It is this or less, on a ladder or as a number.",
        "has": "The set holds this word.",
        "known": "Whether it is known at all.",
    },
    on.OutcomeIs: {
        "outcome": "The step whose latest outcome in this run is asked for.",
        "is": "It was this.",
        "in": "It was one of these.",
    },
    on.AllOf: {"all": "All of these hold."},
    on.AnyOf: {"any": "At least one of these holds."},
    on.Not: {"not": "This does not hold."},
    Visit: {
        "by": "Who visits.",
        "form": "What the meeting is held as: an HCO may receive each form in another way.",
        "due": "By when; after that the step is overdue.",
        "face_to_face": "Materials and message for the room.",
        "remote": "Materials and message for the screen.",
        "phone": "Materials and message for the telephone.",
        "outcomes": "What the rep may report, in your own words.",
    },
    Meeting: {
        "materials": "Approved content made for this channel.",
        "message": "What to say or to ask.",
    },
    Route: {"channel": "The channel by name.", "content": "The approved content that was made for it, with its version."},
    Email: _SENDING | _INSTEAD,
    Message: {**_SENDING, **_INSTEAD, "channel": "The channel by name."},
    Invite: {
        **_SENDING,
        "occasion": "What the HCP is invited to.",
        "starts": "When it begins.",
        "lasts": "How long it takes.",
        "answer_by": "How long an answer is waited for, at the longest until it begins.",
        "recorded_by": "How long after its end the attendance may still be reported.",
    },
    Medical: {
        "needs": "The HCP's own recorded question; every hand-off needs one.",
        "due": "By when medical answers.",
    },
    Escalate: {
        "about": "The step that is late or stuck; the lead of its side gets the task.",
        "due": "By when the lead sees to it.",
        "message": "What to say to the lead.",
    },
    Wait: {
        "time": "For a length of time.",
        "until": "Until a point in time.",
        "local": "Until a time, or a window, of the HCP's own day.",
        "for": "For something to be heard of a touch; the first in this order counts.",
        "of": "The step whose touch is meant; the latest one where it is left out.",
        "when": "Until a condition comes true; it is judged on fresh facts.",
        "event": "For an event of the outside; one that came earlier in the run counts too.",
        "where": "Which values the event's fields must have: one, or any of a list.",
        "same_key": "Only the event with the key of the one by which the HCP entered.",
        "up_to": "The deadline of a wait with `for`, `when` or `event`.",
    },
    Case: {
        "when": "The condition of the case.",
        "next": "Where it leads.",
    },
    Split: {"arms": "The arms by name, with their weights. An arm called `hold_out` leads to an exit: who falls into it is left alone, for comparison."},
    Parallel: {
        "branches": "The lines by name, each with its first step.",
        "join": "Whether all lines must join, or the first one goes on and the others are cancelled.",
    },
    SubJourney: {
        "start": "The journey that is started.",
        "awaited": "Whether this journey waits for its end.",
        "up_to": "How long it waits; only where it is awaited.",
    },
    Update: {
        "add_tags": "Topics that the HCP engaged with.",
        "remove_tags": "Topics that no longer apply.",
        "channel_preference": "The channel that the HCP asked for.",
        "propose_stage": "An adoption stage, for a human to decide.",
        "propose_persona": "A persona, for a human to decide.",
    },
    Notify: {
        "whom": "The rep in charge, or the lead of a side.",
        "message": "What to say.",
    },
    Request: {
        "to": "The other system, by the name under which the installation knows it.",
        "facts": "The facts that it is told.",
        "answers": "What it may answer; each is a way out.",
        "up_to": "How long the answer is waited for.",
    },
    Exit: {
        "reason": "Why it ends, in a word of your own; reports count by it.",
        "continue_with": "Hands the HCP over to the strategy of the persona that the rep has met.",
    },
    Snippet: {
        "parameters": "What its uses fill in; `$name` stands for it in the steps.",
        "steps": "Its steps: the first takes the name of the using step.",
    },
}
"""What the keys of each model mean, by the words that authors write."""

USE = {"use": "The snippet whose steps stand here.", "with": "What its parameters stand for."}

SUGAR = {"defaults": "What steps have where they are silent, by kind.", "snippets": "Groups of steps that are written once and used in several places."}


def keys_of(model: type[BaseModel]) -> dict[str, str]:
    """The keys of a model with what they mean, in the order of the model."""
    told = TEXTS[model]
    return {word: told[word] for word in (field.alias or name for name, field in model.model_fields.items())}
