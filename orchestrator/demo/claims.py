"""The claims: what must hold of any month, whatever was killed in it. Each is one question to the evidence, answered with the figure and with all that
speaks against it."""

from collections import Counter
from collections.abc import Callable, Iterable, Sized
from dataclasses import dataclass

from orchestrator.demo.caller import Given
from orchestrator.demo.evidence import Evidence
from orchestrator.demo.plots import MEDICAL_WORDS, QUESTION
from orchestrator.demo.reading import broken, commanded, detour, did, missing, says_why, stopped_at

_MUST_BE_REFUSED = ("idempotency_key_reused", "inquiry_required", "objected")
_MAY_BE_REFUSED = ("task_not_open", "ended")
"""What a command gets that came after the journey had moved on by itself."""


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What is claimed, the figure that it was found with, and what speaks against it."""

    told: str
    figure: str
    against: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.against


def check(evidence: Evidence) -> tuple[Claim, ...]:
    """Every claim, held or not."""
    return tuple(claim(evidence) for claim in CLAIMS)


def mails_and_touches_agree(evidence: Evidence) -> Claim:
    """One mail for each touch that a story says was sent, under the Message-ID that belongs to its key, and no other mail."""
    sent = Counter(evidence.message_ids.get(line.key or "", f"no Message-ID for {line.key}") for line in evidence.lines if line.what == "sent")
    arrived = Counter(mail.message_id for mail in evidence.mails)
    against = [
        f"{each}: {sent[each]} in the stories, {arrived[each]} in the inbox" for each in sorted(sent.keys() | arrived.keys()) if sent[each] != arrived[each]
    ]
    figure = f"{arrived.total()} mails, {sent.total()} sent touches" if arrived else ""
    return _claim("Every e-mail in the inbox is one sent touch of the stories, and the reverse, by Message-ID", figure, against)


def nothing_twice(evidence: Evidence) -> Claim:
    """No Message-ID arrived twice, and nobody got the same subject twice: a second touch in disguise."""
    ids = Counter(mail.message_id for mail in evidence.mails)
    letters = Counter((mail.to, mail.subject) for mail in evidence.mails)
    again = [f"{message_id} arrived {count} times" for message_id, count in ids.items() if count > 1]
    alike = [f"{count} letters “{subject}” to {to}" for (to, subject), count in letters.items() if count > 1]
    return _claim("Nothing was sent twice", f"{len(ids)} Message-IDs" if ids else "", [*again, *alike])


def mails_are_proper(evidence: Evidence) -> Claim:
    """Swedish people are written to in Swedish, with the header and the post body of one-click unsubscribing (RFC 8058)."""
    against = [
        f"“{mail.subject}” to {mail.to}"
        for mail in evidence.mails
        if mail.language != "sv" or "/u/" not in mail.list_unsubscribe or mail.list_unsubscribe_post != "List-Unsubscribe=One-Click"
    ]
    return _claim("Every e-mail is in the language of its market and can be stopped with one click", _count(evidence.mails, "mail"), against)


def stopped_is_stopped(evidence: Evidence) -> Claim:
    """After a withdrawal nothing arrives unless consent was given again; after an objection nothing at all, and no run goes on."""
    stops = [(part, at) for part in evidence.parts if (at := stopped_at(part)) is not None]
    late = [
        f"{part.hcp.name} stopped at {at:%d %b %H:%M}; “{mail.subject}” arrived at {mail.arrived:%d %b %H:%M}"
        for part, at in stops
        for mail in evidence.mails
        if mail.to == part.hcp.email and mail.arrived > at
    ]
    on = [f"{part.hcp.name} objected, and {run.id} goes on" for part, _ in stops if part.consents.objected_at for run in part.runs if run.status != "ended"]
    return _claim("Nothing reached anybody after their withdrawal or objection", _count(stops, "stop"), [*late, *on])


def firewall_held(evidence: Evidence) -> Claim:
    """No answer to a rep holds a word of the question or of what medical said; and the words were there to be found, because medical read them."""
    leaks = [f"a rep was told “{word}”: {text[:120]}" for text in evidence.reps_heard for word in MEDICAL_WORDS if word.casefold() in text.casefold()]
    unread = [] if any(QUESTION in text for text in evidence.medical_heard) else ["medical never read the question, so nothing was kept from anybody"]
    return _claim(
        "The reps learnt status and dates of the question, and not one word of it", _count(evidence.reps_heard, "different answer"), [*leaks, *unread]
    )


def every_line_says_why(evidence: Evidence) -> Claim:
    """Every move names its way, every block, hold and end its reason, every closed task its outcome, reason or hand; and each has its sentence."""
    against = [f"{line.what} at {line.step}: {line.sentence}" for line in evidence.lines if not says_why(line)]
    return _claim("Every move in every story says why", _count(evidence.lines, "line"), against)


def commands_took_effect_once(evidence: Evidence) -> Claim:
    """What users commanded and what the stories say they did are the same, one for one: no command lost, none done twice, none done though refused."""
    accepted = {given.key: given for given in evidence.given if given.task is not None and given.code is None}
    asked = Counter(commanded(given) for given in accepted.values())
    done = Counter(deed for line in evidence.lines if (deed := did(line)) is not None)
    against = [f"{each}: commanded {asked[each]} times, done {done[each]} times" for each in sorted(asked.keys() | done.keys()) if asked[each] != done[each]]
    return _claim("Every command took effect once, whatever was asked again", _count(accepted, "command"), against)


def repeats_and_refusals(evidence: Evidence) -> Claim:
    """The same request again got the same answer, marked as a repeat; what must be refused was refused, with its code."""
    by_key: dict[str, list[Given]] = {}
    for given in evidence.given:
        by_key.setdefault(given.key, []).append(given)
    again = [(first, later) for first, *others in by_key.values() for later in others if first.code is None]
    wrong = [
        f"{later.path} again: {later.status} {later.code}"
        for first, later in again
        if (later.answer != first.answer or not later.replayed if later.body == first.body else later.code != "idempotency_key_reused")
    ]
    refused = Counter(given.code for given in evidence.given if given.code is not None)
    missing = [f"nothing was refused as {code}" for code in _MUST_BE_REFUSED if refused[code] == 0 and not evidence.disturbances]
    strange = [f"refused as {code}" for code in refused if code not in {*_MUST_BE_REFUSED, *_MAY_BE_REFUSED}]
    return _claim(
        "A repeated request changed nothing, and what must be refused was refused",
        f"{len(again)} repeats, {refused.total()} refusals",
        [*wrong, *missing, *strange],
    )


def tasks_agree(evidence: Evidence) -> Claim:
    """Each task is closed once in its story and has that state in the list; what is open there has no such line, and no story closes another."""
    tasks = [task for part in evidence.parts for task in part.tasks]
    listed = Counter((task.id, task.status) for task in tasks if task.status != "open")
    closed = Counter((line.key or "", line.to or "") for line in evidence.lines if line.what == "task_closed")
    against = [
        f"{each}: {listed[each]} in the list, {closed[each]} in the stories" for each in sorted(listed.keys() | closed.keys()) if listed[each] != closed[each]
    ]
    return _claim("The tasks and the stories agree", _count(tasks, "task"), against)


def stories_are_whole(evidence: Evidence) -> Claim:
    """Each run begins once, ends at most once and as its enrolment says; and the person's timeline has exactly the lines of the stories."""
    against = [told for part in evidence.parts for run in part.runs for told in broken(run, part.lines)]
    against += [f"{part.hcp.name}: the timeline and the stories differ" for part in evidence.parts if Counter(part.timeline) != Counter(part.lines)]
    runs = [run for part in evidence.parts for run in part.runs]
    return _claim("Every run began once, ended at most once, and the timelines say the same", _count(runs, "run"), against)


def the_cap_held(evidence: Evidence) -> Claim:
    """What was held until a time did not go out before it."""
    held = [line for line in evidence.lines if line.what == "held" and line.until is not None]
    early = [
        f"{line.key} was held until {line.until:%d %b %H:%M} and sent at {sent.at:%d %b %H:%M}"
        for line in held
        for sent in evidence.lines
        if line.until is not None and sent.what == "sent" and sent.key == line.key and line.at <= sent.at < line.until
    ]
    return Claim(told="Nothing that was held went out before its time", figure=_count(held, "hold") or "0 holds", against=tuple(early))


def plans_came_about(evidence: Evidence) -> Claim:
    """Each story holds the marks of its plot in their order; or a disturbance made somebody late, and the story shows where."""
    told = [(part, missing(part, evidence), detour(part, evidence)) for part in evidence.parts]
    against = [f"{part.hcp.name}: no “{mark}”" for part, mark, way_round in told if mark is not None and way_round is None]
    detours = sum(mark is not None for _, mark, way_round in told)
    as_planned = len(told) - detours
    figure = f"{as_planned} of {len(told)} as planned" + (f", {detours - len(against)} late after a disturbance" if detours > len(against) else "")
    return _claim("Every story went as its plot has it", figure if told else "", against)


CLAIMS: tuple[Callable[[Evidence], Claim], ...] = (
    mails_and_touches_agree,
    nothing_twice,
    mails_are_proper,
    stopped_is_stopped,
    firewall_held,
    every_line_says_why,
    commands_took_effect_once,
    repeats_and_refusals,
    tasks_agree,
    stories_are_whole,
    the_cap_held,
    plans_came_about,
)


def _claim(told: str, figure: str, against: Iterable[str]) -> Claim:
    """A claim that was looked for in nothing does not hold."""
    return Claim(told=told, figure=figure or "nothing to look at", against=tuple(against) if figure else ("there was nothing to check",))


def _count(things: Sized, noun: str) -> str:
    return f"{len(things)} {noun}{'' if len(things) == 1 else 's'}" if things else ""
