"""The linter's rules in their order: number, severity, title and function. Numbers are stable; each has a page under docs/lint."""

from dataclasses import dataclass

from journeys.linting.rules import (
    conditions,
    contents,
    firewall,
    hearing,
    lines,
    others,
    outside,
    paths,
    people,
    prompting,
    references,
    runs,
    sendings,
    times,
    truths,
)
from journeys.linting.subject import Rule
from journeys.loading import STRUCTURE, Severity


@dataclass(frozen=True)
class Row:
    code: str
    title: str
    check: Rule
    severity: Severity = Severity.ERROR


RULES: tuple[Row, ...] = (
    Row("J007", "file not named for what it holds", references.file_name),
    Row("J101", "unknown step", paths.unknown_target),
    Row("J102", "unreachable step", runs.unreachable),
    Row("J103", "no way to an end", runs.no_end),
    Row("J104", "way out without a path", paths.way_without_path),
    Row("J105", "path for a way out that does not exist", paths.path_without_way),
    Row("J106", "loop in which nothing pauses", runs.spinning),
    Row("J107", "wait without a deadline", paths.no_deadline),
    Row("J108", "reserved word", paths.reserved),
    Row("J109", "unknown reason code", paths.unknown_reason),
    Row("J110", "wait for what cannot be heard", hearing.nothing_to_hear),
    Row("J111", "loop without a bound", runs.unbounded),
    Row("J112", "unknown date that leads where a known one does", paths.as_if_known),
    Row("J113", "step on two lines", lines.shared),
    Row("J114", "join outside a parallel", lines.loose),
    Row("J115", "line that never joins", lines.never_joins),
    Row("J116", "arm without weight", lines.no_weight, Severity.WARNING),
    Row("J117", "longer than the journey's horizon", times.longer_than_horizon),
    Row("J118", "horizon too short for any exit", times.horizon_too_short),
    Row("J119", "date that is past", times.past, Severity.WARNING),
    Row("J120", "said twice", references.said_twice),
    Row("J121", "hold-out that goes on", lines.held_out),
    Row("J122", "channel to fall back to without its use", sendings.fall_back),
    Row("J201", "unknown persona", references.unknown_persona),
    Row("J202", "unknown content", contents.unknown_content),
    Row("J203", "unknown fact", conditions.unknown_fact),
    Row("J204", "market without a policy", references.unknown_market),
    Row("J205", "condition of the wrong type", conditions.wrong_type),
    Row("J206", "value that cannot be", conditions.wrong_value),
    Row("J207", "outcome of a step that has none", conditions.no_outcome),
    Row("J208", "second strategy for a persona and product", references.second_strategy),
    Row("J209", "condition that is never met", truths.never_met),
    Row("J210", "case that is never reached", truths.never_reached),
    Row("J211", "whoever enters leaves at once", truths.leaves_at_once),
    Row("J212", "unknown event", outside.unknown_event),
    Row("J213", "event field that does not fit", outside.wrong_field),
    Row("J214", "event without the key", outside.without_key),
    Row("J215", "unknown journey", others.unknown_journey),
    Row("J216", "journey that starts itself", others.starts_itself),
    Row("J217", "outcome asked for at the entry", conditions.outcome_at_entry),
    Row("J301", "medical fact", firewall.medical_fact),
    Row("J302", "medical step without the inquiry requirement", firewall.needs_inquiry),
    Row("J303", "medical without a question", firewall.soliciting),
    Row("J304", "medical told without a hand-off", firewall.told_without_hand_off),
    Row("J305", "medical event", firewall.medical_event),
    Row("J306", "commercial knowledge in a medical response", firewall.commercial_in_medical),
    Row("J307", "promotion begun by what is none", firewall.promotion_begun),
    Row("J308", "words that invite a question to medical", prompting.inviting),
    Row("J309", "answer without a question", prompting.unasked),
    Row("J401", "face-to-face material reused remotely", contents.reused_remotely),
    Row("J402", "content made for another channel", contents.other_channel),
    Row("J403", "content not approved", contents.not_approved),
    Row("J404", "content not approved for the market", contents.other_market),
    Row("J405", "content of another product", contents.other_product),
    Row("J406", "content not approved for its reader", contents.other_audience),
    Row("J407", "no words in the market's language", contents.no_letter),
    Row("J408", "content of another purpose", contents.other_purpose),
    Row("J409", "approval ends soon", contents.expires_soon, Severity.WARNING),
    Row("J410", "content outlived by the journey", times.outlived),
    Row("J411", "nothing above the brand", contents.nothing_above, Severity.WARNING),
    Row("J412", "language of a market without words", contents.lacking_language, Severity.WARNING),
    Row("J413", "promotion without minimum information", contents.uninformed),
    Row("J414", "choice that cannot be made", contents.unchoosable),
    Row("J415", "promotion in a meeting about risks", contents.promoting_meeting),
    Row("J601", "more contact than the cap allows", people.too_much),
    Row("J602", "promotion after an objection", people.after_objection),
    Row("J603", "safety information held back", people.held_out_of_safety),
    Row("J604", "re-entry without a pause", people.endless),
)

CODES: dict[str, str] = dict(sorted((STRUCTURE | {row.code: row.title for row in RULES}).items()))
"""Every code that the loader and the linter can give, with its title."""
