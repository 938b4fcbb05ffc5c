"""The plots of the month: for each HCP what the people around them do when their turn comes, and what the story must then hold. Nothing here says when
the system does what: that is what the month shows."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from api.schemas.timeline import LineForCommercial
from orchestrator.demo.reactions import (
    Reaction,
    answers,
    chooses,
    follows_the_link,
    hands_over,
    in_turn,
    meets,
    meets_and_reports_twice,
    objects,
    passes_on_a_question,
    puts_off,
    records_consent_and_reports,
    sends,
    skips,
    unsubscribes,
)


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A line that the story must hold. A code that is None may be anything. `calm`: only a month that nothing disturbed brings it about."""

    what: str
    step: str | None = None
    way: str | None = None
    to: str | None = None
    reason: str | None = None
    calm: bool = False

    def on(self, line: LineForCommercial) -> bool:
        """Whether this is the line."""
        codes = ("what", "step", "way", "to", "reason")
        return all(getattr(self, code) in {None, getattr(line, code)} for code in codes)

    def __str__(self) -> str:
        return " ".join(code for code in (self.what, self.step, self.way, self.to, self.reason) if code)


@dataclass(frozen=True, kw_only=True)
class Plot:
    """One HCP's part. `tasks` says what is done at a step, or at its n-th passage as `step.n`; what is not named is left to nobody and becomes overdue.
    `mails` says what the HCP does with a mail whose subject begins like this. `plan` holds the marks in their order."""

    ref: str
    """The person's id in the sample."""
    rep: str
    journey: str
    shows: str
    tasks: Mapping[str, Reaction]
    mails: Mapping[str, Reaction] = field(default_factory=dict)
    plan: tuple[Mark, ...]
    begins: float = 0.0
    """Days after the first of the month."""


MSL = "msl-karin"

ANSWER = "Två kohortstudier med patienter i peritonealdialys finns; jag skickar båda särtrycken."
MEDICAL_REMARK = "Sent both cohort reprints on peritoneal dialysis."
QUESTION = "Finns det erfarenhet av lexokardin hos patienter i peritonealdialys?"
MEDICAL_WORDS = (QUESTION, ANSWER, MEDICAL_REMARK, "peritonealdialys", "peritoneal dialysis", "kohortstudier")
"""What no rep may ever be told: the whole texts, and words that occur nowhere else."""

LATE: Mapping[str, Reaction] = {
    "phone-call": meets("agreed_to_meet", "phone", after=0.3),
    "late-answer-call": meets("no_longer_wanted", "phone", after=0.3),
}
"""How a rep finds back where a plot was made late: one call, as the strategies have it."""

PLOTS = (
    Plot(
        ref="hcp-0001",
        rep="rep-anna",
        journey="pioneer",
        shows="the whole way of a pioneer: visit, the mail that continues it, a click, the right patients, the nurse, the first experience",
        tasks={
            "first-visit": meets_and_reports_twice("interested", "face_to_face"),
            "follow-up-mail": sends(),
            "second-visit": meets("will_try", "face_to_face"),
            "experience-visit": meets("good_experience", "face_to_face"),
        },
        mails={"Underlaget": follows_the_link()},
        plan=(
            Mark(what="task_closed", step="first-visit", to="done", way="interested"),
            Mark(what="sent", step="follow-up-mail"),
            Mark(what="moved", step="reading", way="clicked", to="second-visit"),
            Mark(what="sent", step="nurse-material"),
            Mark(what="sent", step="peer-round"),
            Mark(what="ended", to="finished", reason="completed"),
        ),
    ),
    Plot(
        ref="hcp-0006",
        rep="rep-erik",
        journey="pioneer",
        shows="a question of the HCP's own, which reaches medical and comes back to the rep as status and dates",
        begins=0.5,
        tasks={
            "first-visit": passes_on_a_question(QUESTION, "face_to_face"),
            "question-for-medical": answers(ANSWER, remark=MEDICAL_REMARK),
            "second-visit": meets("will_try", "remote", after=2),
        },
        plan=(
            Mark(what="moved", step="first-visit", way="wants_data", to="question-for-medical"),
            Mark(what="task_closed", step="question-for-medical", to="done", way="answered"),
            Mark(what="moved", step="question-for-medical", way="answered", to="second-visit"),
            Mark(what="sent", step="nurse-material"),
        ),
    ),
    Plot(
        ref="hcp-0002",
        rep="rep-anna",
        journey="pioneer",
        shows="no consent: the mail is blocked, consent is asked for and recorded with its evidence, and then the mail goes out",
        begins=1,
        tasks={
            "first-visit": meets("interested", "remote"),
            "follow-up-mail": sends(),
            "ask-consent": records_consent_and_reports("face_to_face", proof="signed form SE-2026-0412"),
            "second-visit": meets("needs_time", "remote"),
            "phone-call": meets("not_now", "phone"),
        },
        mails={"Underlaget": follows_the_link()},
        plan=(
            Mark(what="blocked", step="follow-up-mail", reason="no_consent"),
            Mark(what="task_closed", step="ask-consent", to="done", way="consent_given"),
            Mark(what="sent", step="follow-up-mail"),
        ),
    ),
    Plot(
        ref="hcp-0003",
        rep="rep-anna",
        journey="traditional",
        shows="another persona than the one on record: corrected at the visit, with the reason, and handed over to that persona's strategy",
        tasks={
            "introduction-visit": meets(
                "welcomed", "face_to_face", persona=("rising_star", "Studies for the specialist examination and asks for cases."), choose="switch-strategy"
            ),
            "ask-consent": skips("hcp_declined", remark="Said no before I could ask: paper is enough."),
            "short-call": meets("agreed_to_meet", "phone"),
            "case-meeting": meets("neutral", "face_to_face"),
        },
        plan=(
            Mark(what="persona_corrected", to="rising_star"),
            Mark(what="ended", to="finished", reason="other_persona"),
            Mark(what="began", to="welcome-mail"),
            Mark(what="blocked", step="welcome-mail", reason="no_consent"),
            Mark(what="task_closed", step="ask-consent", to="skipped", reason="hcp_declined"),
        ),
    ),
    Plot(
        ref="hcp-0007",
        rep="rep-erik",
        journey="traditional",
        shows="an overdue visit: nobody acts, and the journey takes the overdue path by itself",
        tasks={"secretary-call": meets("appointment", "phone"), "introduction-visit.2": meets("sceptical", "face_to_face")},
        plan=(
            Mark(what="task_closed", step="introduction-visit", to="overdue"),
            Mark(what="moved", step="introduction-visit", way="overdue", to="secretary-call"),
        ),
    ),
    Plot(
        ref="hcp-0004",
        rep="rep-anna",
        journey="rising-star",
        shows="the automatic welcome, a visit that is put off, and a mail that the weekly cap holds until it may go",
        tasks={
            "case-meeting": puts_off(1, remark="On call this week.", then=meets("interested", "remote", after=0.2)),
            "case-mail": sends(),
            "decision-meeting": meets("will_try", "remote", after=0.3),
            "experience-call": meets("good_experience", "phone"),
            "short-call": meets("agreed_to_meet", "phone", after=0.3),
        },
        mails={"": follows_the_link(after=0.3)},
        plan=(
            Mark(what="sent", step="welcome-mail"),
            Mark(what="snoozed", step="case-meeting"),
            Mark(what="sent", step="case-mail"),
            Mark(what="held", step="checklist-mail", reason="weekly_cap", calm=True),
            Mark(what="sent", step="checklist-mail"),
        ),
    ),
    Plot(
        ref="hcp-0008",
        rep="rep-erik",
        journey="rising-star",
        shows="an unsubscribe in the middle of a wait: no mail after it, and the next mail step takes its blocked path",
        begins=1,
        tasks={"short-call": meets("rather_read", "phone")},
        mails={"": unsubscribes()},
        plan=(
            Mark(what="sent", step="welcome-mail"),
            Mark(what="blocked", step="learning-mail", reason="consent_withdrawn"),
            Mark(what="ended", to="finished", reason="no_interest_now"),
        ),
    ),
    Plot(
        ref="hcp-0005",
        rep="rep-anna",
        journey="ordinary",
        shows="two short letters, of which one is read, and a step that the rep chooses instead of the next one",
        tasks={
            "short-call": chooses("short-visit", remark="Met in the corridor: five minutes tomorrow."),
            "short-visit": meets("will_try", "face_to_face"),
            "desk-card-mail": sends(),
        },
        mails={"Hjärtsvikt i vardagen": follows_the_link()},
        plan=(
            Mark(what="sent", step="basics-mail"),
            Mark(what="sent", step="facts-mail"),
            Mark(what="moved", step="short-call", way="offer", to="short-visit"),
            Mark(what="sent", step="desk-card-mail"),
        ),
    ),
    Plot(
        ref="hcp-0009",
        rep="rep-erik",
        journey="ordinary",
        shows="a call that a colleague takes over, and a mail that is skipped with its reason",
        begins=2,
        tasks={
            "short-call": hands_over("rep-olof", remark="On leave this week.", then=meets("come_by", "phone")),
            "short-visit": meets("will_try", "face_to_face"),
            "desk-card-mail": skips("done_elsewhere", remark="Left the card on the desk, on paper."),
        },
        plan=(
            Mark(what="reassigned", step="short-call", to="rep-olof"),
            Mark(what="task_closed", step="short-call", to="done", way="come_by"),
            Mark(what="task_closed", step="desk-card-mail", to="skipped", reason="done_elsewhere"),
        ),
    ),
    Plot(
        ref="hcp-0010",
        rep="rep-erik",
        journey="ordinary",
        shows="an objection to direct marketing, which ends everything at once",
        begins=0.5,
        tasks={},
        mails={"Hjärtsvikt i vardagen": in_turn(follows_the_link(), objects(after=2))},
        plan=(Mark(what="sent", step="basics-mail"), Mark(what="ended", to="objected", reason="objected")),
    ),
)
