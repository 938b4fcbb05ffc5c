"""Tasks: what waits for a human, what they need to know to do it, what they may report, and what follows."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from api.schemas.organisations import UnitApproval, Visiting
from api.schemas.people import CommercialProfile, MedicalProfile, PersonLine
from api.schemas.safety import Reported
from api.schemas.shapes import Asked, ContentName, Moment, Name, Told, Words
from journeys.shapes import Slug, StepId

SkipReason = Literal["not_available", "no_longer_relevant", "hcp_declined", "done_elsewhere", "access_forbidden", "other"]


class PersonaMet(Asked):
    is_: Slug = Field(alias="is", description="The persona the conductor met.", examples=["rising_star"])
    reason: Words = Field(description="What was seen or heard.", examples=["Asked about the trial protocol and offered to present it."])


class LetterChoice(Asked):
    """What stands in the letter that the rep sends, among what it offers."""

    fragments: tuple[ContentName, ...] = Field((), max_length=10, description="Approved passages, in the letter's order.", examples=[["hf-renal@1"]])
    fill: dict[Slug, Slug] = Field({}, description="For each token the key of one of its values.", examples=[{"occasion": "ward_round"}])


class Complete(Reported):
    outcome: Slug = Field(examples=["interested"])
    channel: Literal["face_to_face", "remote", "phone"] | None = Field(None, description="Where a visit took place.", examples=["face_to_face"])
    persona: PersonaMet | None = Field(None, description="Confirms or corrects the persona on record. For the conductor only.")
    inquiry_id: Name | None = Field(None, description="The recorded question on which medical follows up.")
    choose: StepId | None = Field(None, description="An offer, instead of the outcome's own path.")
    letter: LetterChoice | None = Field(None, description="What the letter says, where it leaves a choice to the rep.")
    unit_approval: UnitApproval | None = Field(None, description="The unit's approval of a visit face to face, where its HCO asks for one.")
    remark: Words | None = None


class Skip(Reported):
    reason: SkipReason = Field(examples=["not_available"])
    remark: Words = Field(examples=["On leave until April, says the clinic."])


class Snooze(Reported):
    until: Moment
    remark: Words | None = None


class Reassign(Reported):
    to: Name = Field(description="A user of the same role who is aligned to the territory.", examples=["rep-johan"])
    remark: Words | None = None


class Choose(Reported):
    offer: StepId = Field(examples=["follow-up-mail"])
    remark: Words = Field(examples=["She asked for something to read first."])
    inquiry_id: Name | None = None


class Offer(Told):
    step: str = Field(examples=["follow-up-mail"])
    title: str = Field(examples=["The e-mail that continues the dialogue"])
    kind: str = Field(examples=["email"])
    task: str | None = Field(None, description="The open task at which it may be chosen.")


class Material(Told):
    content: str = Field(examples=["hf-detail-aid@2"])
    title: str = Field(examples=["Heart failure: the detail aid"])
    language: str | None = Field(None, examples=["sv"])
    text: str | None = Field(None, description="What to show, in a sentence; of an e-mail its subject, of a text the text itself.")
    state: str | None = Field(None, description="Its state now: what is not approved is neither shown nor sent.", examples=["approved"])


class Fragment(Material):
    usable: bool = Field(description="Whether it may stand in the letter now.")


class LetterChoices(Told):
    """What the letter leaves to the rep."""

    fragments: tuple[Fragment, ...] = ()
    at_least: int = 0
    at_most: int = 0
    fill: dict[str, dict[str, str]] = Field({}, description="For each token its values: key to words.", examples=[{"occasion": {"ward_round": "ronden"}}])


class Channel(Told):
    channel: str = Field(examples=["face_to_face"])
    message: str | None = Field(None, description="What the conversation should leave behind.")
    materials: tuple[Material, ...] = ()


class Escalated(Told):
    """What a lead is asked to look at."""

    about: str = Field(description="The step that is late or stuck.", examples=["first-visit"])
    title: str = Field(examples=["First meeting"])
    message: str | None = Field(None, description="What the journey's authors say to it.", examples=["Three weeks without a visit: who goes?"])


class TaskLine(Told):
    """A task in a list."""

    id: str = Field(examples=["enr0d8b5c1e6f0e4a519d550c1f4b7a2d10.first-visit.1"])
    enrolment_id: str
    side: str = Field(examples=["commercial"])
    kind: str = Field(description="visit, email, message, invite, medical or escalate.", examples=["visit"])
    status: str = Field(description="open, done, skipped, overdue, redirected or cancelled.", examples=["open"])
    step: str = Field(examples=["first-visit"])
    title: str = Field(examples=["First meeting"])
    why: str | None = Field(None, description="Why now.")
    product: str = Field(examples=["cardiolex"])
    person: PersonLine
    assignee: str | None = Field(None, examples=["rep-eva"])
    due: datetime
    snoozed_until: datetime | None = None
    opened_at: datetime
    closed_at: datetime | None = None
    outcome: str | None = None
    reason: str | None = None


class _TaskRead(TaskLine):
    outcomes: tuple[str, ...] = Field(description="What may be reported.", examples=[["interested", "neutral", "no_access"]])
    allowed: tuple[str, ...] = Field(description="The commands that you may give now.", examples=[["complete", "skip", "snooze", "reassign", "choose"]])
    escalated: Escalated | None = Field(None, description="For an escalation: what it is about.")


class TaskForCommercial(_TaskRead):
    seen_by: Literal["commercial"] = "commercial"
    journey: str = Field(examples=["heart-failure-pioneer"])
    version: int = Field(examples=[1])
    commercial: CommercialProfile
    offers: tuple[Offer, ...] = ()
    channels: tuple[Channel, ...] = ()
    visiting: Visiting | None = Field(None, description="Of a visit: how the HCP may be met face to face.")
    content: Material | None = Field(None, description="The approved e-mail, text or invitation that the rep sends.")
    letter: LetterChoices | None = Field(None, description="What the letter leaves to the rep; null where it leaves nothing.")
    sends_by: str | None = Field(None, description="The channel by which it goes out.", examples=["sms"])


class TaskForMedical(_TaskRead):
    seen_by: Literal["medical"] = "medical"
    medical: MedicalProfile
    inquiry_id: str | None = Field(None, description="The HCP's question; reading its words is audited.")


TaskRead = Annotated[TaskForCommercial | TaskForMedical, Field(discriminator="seen_by")]


class Next(Told):
    """What comes next in the journey, as far as the asker's side may know."""

    sentence: str = Field(examples=["Next: “The e-mail that continues the dialogue”, due 4 March 2026, 09:30 UTC."])
    doing: str = Field(examples=["task"])
    step: str | None = None
    title: str | None = None
    why: str | None = None
    until: datetime | None = None
    reason: str | None = None
    task: TaskLine | None = Field(None, description="The next open task, where it is one of your side.")


class Happened(Told):
    """One thing that followed from the command."""

    sentence: str
    what: str
    step: str | None = None
    way: str | None = None
    to: str | None = None
    reason: str | None = None
    until: datetime | None = None


class Done(Told):
    """The answer to a command: what happened because of it, and what is next."""

    happened: tuple[Happened, ...]
    next: Next
