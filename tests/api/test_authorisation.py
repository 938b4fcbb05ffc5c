"""Who may do what: every operation of the app is asked for by every role and by nobody."""

from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from api.links import Links
from api.who import SAFETY_READERS, Role
from journeys.definitions import Definition
from tests.api.conftest import KEY, As
from tests.api.fakes import World
from tests.api.living import a_row
from tests.api.worlds import ASKED, ASTRID, BULK, ENROLMENT, HALT, INQUIRY, JOURNEY, OPERATION, PIN, PROPOSAL, QUESTION, RULES, TOUCH, VISIT, the_authored
from tests.builders import a_market, written

EVERYBODY = frozenset(Role) - {Role.INTEGRATION}
ALL = EVERYBODY - {Role.SAFETY}
"""Whoever works with journeys; drug safety sees safety cases alone."""
READERS = ALL - {Role.MSL}
PUBLIC = None

AUTHORS = frozenset({Role.MARKETING, Role.ADMIN})
SIGNERS = frozenset({Role.SALES, Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE})


def _version(number: int) -> str:
    return written({**the_authored(), "version": number})


MEDICAL_SIDE = frozenset({Role.MSL, Role.MEDICAL})
WORKERS = frozenset({Role.REP, Role.MSL, Role.SALES, Role.MEDICAL})
KNOWERS = ALL - {Role.COMPLIANCE}
SALES_SIDE = ALL - {Role.MSL, Role.MEDICAL}
BULK_ENROLLERS = frozenset({Role.MARKETING, Role.ADMIN})
BULK_READERS = BULK_ENROLLERS | {Role.COMPLIANCE}

EVENT = {"source": "booking", "id": "1", "event": "appointment_booked", "key": 4711, "person": ASTRID, "at": "2027-03-01T09:00:00Z"}
CALL = {"source": "crm", "id": "1", "revised_at": "2027-03-01T09:00:00Z", "person": ASTRID, "rep": "user-rep", "product": "cardiolex"}
CALL |= {"channel": "remote", "at": "2027-03-01T09:00:00Z"}
STEERING = frozenset({Role.SALES, Role.MARKETING, Role.COMPLIANCE, Role.ADMIN})
REVIEWERS = READERS - {Role.REP}
EXPLAINED = ALL - {Role.MSL, Role.MEDICAL}
SWEDEN = a_market().model_dump(mode="json")
CHANGING = frozenset({Role.MARKETING, Role.ADMIN})
CONTENT_WATCHERS = frozenset({Role.MARKETING, Role.MEDICAL, Role.COMPLIANCE, Role.ADMIN})
NONE = {"answer": "none"}
WHY = {"reason": "other", "remark": "As agreed.", "safety": {"answer": "none"}}

FOUND_OUT = {"reason": "provider_says", "remark": "Their support looked it up.", "safety": {"answer": "none"}}

CONSENT = {"channel": "email", "method": "signature", "text_version": "v1", "language": "sv", "proof": "form-1"}
MATRIX: dict[str, tuple[frozenset[Role] | None, str, Any]] = {
    "list_organisations": (ALL, "/api/v1/organisations", None),
    "read_organisation": (ALL, "/api/v1/organisations/org-1", None),
    "set_access": (
        frozenset({Role.REP, Role.SALES, Role.COMPLIANCE, Role.ADMIN}),
        "/api/v1/organisations/org-1/access",
        {"visits": {"product_information": "none"}, "remark": "Their letter of today.", "safety": {"answer": "none"}},
    ),
    "list_people": (ALL, "/api/v1/people", None),
    "read_person": (ALL, f"/api/v1/people/{ASTRID}", None),
    "read_timeline": (ALL, f"/api/v1/people/{ASTRID}/timeline", None),
    "tell_facts": (
        KNOWERS,
        f"/api/v1/people/{ASTRID}/facts",
        {"facts": {"channel_preference": "remote"}, "reason": "She said so.", "safety": {"answer": "none"}},
    ),
    "list_proposals": (SALES_SIDE, f"/api/v1/people/{ASTRID}/proposals", None),
    "accept_proposal": (
        frozenset({Role.REP}),
        f"/api/v1/people/{ASTRID}/proposals/{PROPOSAL}/accept",
        {"reason": "Two patients on it.", "safety": {"answer": "none"}},
    ),
    "dismiss_proposal": (frozenset({Role.REP}), f"/api/v1/people/{ASTRID}/proposals/{PROPOSAL}/dismiss", {"reason": "Not yet.", "safety": {"answer": "none"}}),
    "list_notifications": (EVERYBODY, "/api/v1/notifications", None),
    "read_notification": (EVERYBODY, f"/api/v1/notifications/{ENROLMENT}.told.1.user-rep/read", {}),
    "read_consents": (ALL, f"/api/v1/people/{ASTRID}/consents", None),
    "read_evidence": (frozenset({Role.COMPLIANCE, Role.ADMIN}), f"/api/v1/people/{ASTRID}/evidence", None),
    "read_evidence_on_paper": (frozenset({Role.COMPLIANCE, Role.ADMIN}), f"/api/v1/people/{ASTRID}/evidence.pdf", None),
    "list_consent_texts": (ALL, "/api/v1/consent-texts", None),
    "read_consent_text": (ALL, "/api/v1/consent-texts/v1", None),
    "record_mobile": (frozenset({Role.REP, Role.COMPLIANCE, Role.ADMIN}), f"/api/v1/people/{ASTRID}/mobile", {"mobile": "+46701740605"}),
    "reopen_address": (
        frozenset({Role.REP, Role.COMPLIANCE, Role.ADMIN}),
        f"/api/v1/people/{ASTRID}/reopen-address",
        {"channel": "email", "reason": "It arrives again.", "safety": NONE},
    ),
    "record_consent": (frozenset({Role.REP, Role.COMPLIANCE, Role.ADMIN}), f"/api/v1/people/{ASTRID}/consents", CONSENT),
    "ask_by_letter": (
        frozenset({Role.REP, Role.COMPLIANCE, Role.ADMIN}),
        f"/api/v1/people/{ASTRID}/consents/double-opt-in",
        {"text_version": "v1", "language": "sv"},
    ),
    "withdraw_consent": (ALL, f"/api/v1/people/{ASTRID}/consents/withdraw", {"channel": "email", "method": "phone"}),
    "object_to_marketing": (ALL, f"/api/v1/people/{ASTRID}/objection", {"method": "letter"}),
    "list_definitions": (READERS, "/api/v1/definitions", None),
    "read_latest": (READERS, f"/api/v1/definitions/{JOURNEY}", None),
    "read_version": (READERS, f"/api/v1/definitions/{JOURNEY}/1", None),
    "draw": (READERS, f"/api/v1/definitions/{JOURNEY}/1/graph", None),
    "draw_svg": (READERS, f"/api/v1/definitions/{JOURNEY}/1/graph.svg", None),
    "explain": (READERS, f"/api/v1/definitions/{JOURNEY}/1/explanation", None),
    "compare": (READERS, f"/api/v1/definitions/{JOURNEY}/1/changes?since=1", None),
    "list_facts": (READERS - {Role.REP}, "/api/v1/catalogue/facts", None),
    "lint": (READERS - {Role.REP}, "/api/v1/definitions/lint", {"text": "journey: x"}),
    "draft": (AUTHORS, "/api/v1/definitions", {"text": _version(9), "reason": "A new one.", "safety": {"answer": "none"}}),
    "replace": (AUTHORS, f"/api/v1/definitions/{JOURNEY}/2/replace", {"text": _version(2), "reason": "Mended.", "safety": {"answer": "none"}}),
    "submit": (AUTHORS, f"/api/v1/definitions/{JOURNEY}/2/submit", {"reason": "Ready.", "safety": {"answer": "none"}}),
    "withdraw": (AUTHORS, f"/api/v1/definitions/{JOURNEY}/2/withdraw", {"reason": "Not needed.", "safety": {"answer": "none"}}),
    "send_back": (SIGNERS | {Role.ADMIN}, f"/api/v1/definitions/{JOURNEY}/3/send-back", {"reason": "Too early.", "safety": {"answer": "none"}}),
    "sign": (SIGNERS, f"/api/v1/definitions/{JOURNEY}/3/sign", {"party": "sales", "digest": "0" * 64, "pin": PIN}),
    "publish": (AUTHORS, f"/api/v1/definitions/{JOURNEY}/3/publish", {"reason": "Agreed.", "safety": {"answer": "none"}}),
    "drain": (AUTHORS | {Role.COMPLIANCE}, f"/api/v1/definitions/{JOURNEY}/1/drain", {"reason": "A new label.", "safety": {"answer": "none"}}),
    "retire": (AUTHORS | {Role.COMPLIANCE}, f"/api/v1/definitions/{JOURNEY}/1/retire", {"reason": "Over.", "safety": {"answer": "none"}}),
    "change_pin": (EVERYBODY, "/api/v1/users/me/pin", {"old": PIN, "new": PIN}),
    "enrol": (frozenset({Role.REP, Role.MARKETING, Role.ADMIN}), "/api/v1/enrolments", {"person_id": ASTRID, "journey": JOURNEY}),
    "list_enrolments": (ALL, "/api/v1/enrolments", None),
    "read_enrolment": (ALL, f"/api/v1/enrolments/{ENROLMENT}", None),
    "read_story": (ALL, f"/api/v1/enrolments/{ENROLMENT}/story", None),
    "read_requests": (ALL, f"/api/v1/enrolments/{ENROLMENT}/requests", None),
    "answer_request": (PUBLIC, f"/api/v1/requests/{ASKED}/answer", {"answer": "in_stock"}),
    "leave": (
        READERS - {Role.MEDICAL, Role.SALES},
        f"/api/v1/enrolments/{ENROLMENT}/exit",
        {"reason": "moved_away", "remark": "Left the clinic.", "safety": {"answer": "none"}},
    ),
    "list_tasks": (ALL, "/api/v1/tasks", None),
    "read_task": (ALL, f"/api/v1/tasks/{VISIT}", None),
    "complete": (WORKERS, f"/api/v1/tasks/{VISIT}/complete", {"outcome": "interested", "channel": "remote"}),
    "skip": (WORKERS, f"/api/v1/tasks/{VISIT}/skip", {"reason": "other", "remark": "On leave.", "safety": {"answer": "none"}}),
    "snooze": (WORKERS, f"/api/v1/tasks/{QUESTION}/snooze", {"until": "2027-03-05T09:00:00Z"}),
    "reassign": (WORKERS, f"/api/v1/tasks/{VISIT}/reassign", {"to": "rep-2"}),
    "choose": (frozenset({Role.REP}), f"/api/v1/tasks/{VISIT}/choose", {"offer": "follow-up", "remark": "She asked for it.", "safety": {"answer": "none"}}),
    "record_inquiry": (
        frozenset({Role.REP}),
        "/api/v1/inquiries",
        {"person_id": ASTRID, "product": "cardiolex", "question": "Why?", "safety": {"answer": "none"}, "unsolicited": True},
    ),
    "list_inquiries": (ALL, "/api/v1/inquiries", None),
    "read_inquiry": (ALL, f"/api/v1/inquiries/{INQUIRY}", None),
    "take": (frozenset({Role.MSL, Role.MEDICAL}), f"/api/v1/inquiries/{INQUIRY}/take", None),
    "answer": (frozenset({Role.MSL, Role.MEDICAL}), f"/api/v1/inquiries/{INQUIRY}/answer", {"answer": "See the renal cohort.", "safety": {"answer": "none"}}),
    "read_attestation": (frozenset({Role.REP}), f"/api/v1/inquiries/attestation?person={ASTRID}", None),
    "change_draft": (frozenset({Role.REP}), f"/api/v1/inquiries/{INQUIRY}/draft", {"question": "Is it safe?", "safety": {"answer": "none"}}),
    "submit_inquiry": (frozenset({Role.REP}), f"/api/v1/inquiries/{INQUIRY}/submit", {"unsolicited": True}),
    "withdraw_inquiry": (frozenset({Role.REP}), f"/api/v1/inquiries/{INQUIRY}/withdraw", {}),
    "clarify": (frozenset({Role.REP}), f"/api/v1/inquiries/{INQUIRY}/clarifications/c1", {"words": "Before Thursday.", "safety": {"answer": "none"}}),
    "read_signature": (MEDICAL_SIDE | {Role.COMPLIANCE}, f"/api/v1/inquiries/{INQUIRY}/signature", None),
    "reassign_inquiry": (MEDICAL_SIDE, f"/api/v1/inquiries/{INQUIRY}/reassign", {"to": "user-msl", "reason": "expertise"}),
    "ask_rep": (MEDICAL_SIDE, f"/api/v1/inquiries/{INQUIRY}/clarifications", {"asks": "reply_by"}),
    "close_inquiry": (MEDICAL_SIDE, f"/api/v1/inquiries/{INQUIRY}/close", {"outcome": "answered"}),
    "respond": (MEDICAL_SIDE, f"/api/v1/inquiries/{INQUIRY}/response", {"answer": "See the cohort.", "safety": {"answer": "none"}, "content": "hf-answer@1"}),
    "list_coverage": (MEDICAL_SIDE | {Role.COMPLIANCE, Role.ADMIN}, "/api/v1/coverage", None),
    "set_coverage": (frozenset({Role.MEDICAL}), "/api/v1/coverage/user-msl", {"lines": []}),
    "list_absences": (MEDICAL_SIDE, "/api/v1/absences", None),
    "record_absence": (MEDICAL_SIDE, "/api/v1/absences", {"since": "2027-03-01T09:00:00Z", "until": "2027-03-08T09:00:00Z"}),
    "end_absence": (MEDICAL_SIDE, "/api/v1/absences/absence-1/end", {}),
    "list_crossings": (frozenset({Role.COMPLIANCE}), "/api/v1/firewall/crossings", None),
    "report_safety_case": (EVERYBODY, "/api/v1/safety-cases", {"kind": "adverse_event", "words": "A rash."}),
    "list_safety_cases": (EVERYBODY, "/api/v1/safety-cases", None),
    "read_safety_case": (EVERYBODY, "/api/v1/safety-cases/case-1", None),
    "add_to_safety_case": (EVERYBODY, "/api/v1/safety-cases/case-1/lines", {"kind": "follow_up", "words": "It is gone."}),
    "acknowledge_safety_case": (frozenset({Role.SAFETY}), "/api/v1/safety-cases/case-1/acknowledge", {"reference": "2026-1"}),
    "answer_safety_case": (PUBLIC, "/api/v1/safety-cases/case-1/answer", {"answer": "acknowledged"}),
    "list_safety_flags": (SAFETY_READERS, "/api/v1/safety-flags", None),
    "review_safety_flag": (frozenset({Role.SAFETY}), "/api/v1/safety-flags/flag-1/review", {"kind": None}),
    "list_content": (READERS, "/api/v1/content", None),
    "read_content": (READERS, "/api/v1/content/hf-dialogue@2", None),
    "list_markets": (REVIEWERS, "/api/v1/markets", None),
    "read_market": (REVIEWERS, "/api/v1/markets/SE", None),
    "set_market": (
        frozenset({Role.COMPLIANCE, Role.ADMIN}),
        "/api/v1/markets/SE",
        {"policy": SWEDEN, "replaces": RULES, "remark": "Quiet nights.", "safety": NONE},
    ),
    "why_touch": (EXPLAINED, f"/api/v1/touches/{TOUCH}/why", None),
    "why_person": (EXPLAINED, f"/api/v1/people/{ASTRID}/why?journey={JOURNEY}&step=follow-up", None),
    "list_expiring": (READERS - {Role.REP}, "/api/v1/content/expiring", None),
    "tell_state": (PUBLIC, "/api/v1/content/hf-dialogue/versions/2/state", {"system": "vault", "state": "approved"}),
    "read_reach": (CONTENT_WATCHERS, "/api/v1/content/hf-dialogue/versions/2/reach", None),
    "withdraw_content": (CONTENT_WATCHERS - {Role.ADMIN}, "/api/v1/content/hf-dialogue/versions/2/withdraw", WHY),
    "read_recall": (CONTENT_WATCHERS, "/api/v1/content/hf-dialogue/versions/2/recall", None),
    "list_received": (CONTENT_WATCHERS, "/api/v1/content/hf-dialogue/versions/2/received", None),
    "count_concerned": (STEERING, "/api/v1/halts/count?scope=market&value=SE", None),
    "list_halts": (STEERING, "/api/v1/halts", None),
    "impose_halt": (STEERING, "/api/v1/halts", {"kind": "pause", "scope": "market", "value": "SE", **WHY}),
    "lift_halt": (STEERING, f"/api/v1/halts/{HALT}/lift", {"remark": "It is over.", "safety": {"answer": "none"}}),
    "list_operations": (STEERING, "/api/v1/operations", None),
    "read_operation": (STEERING, f"/api/v1/operations/{OPERATION}", None),
    "read_report": (STEERING, f"/api/v1/operations/{OPERATION}/runs", None),
    "steer_operation": (STEERING, f"/api/v1/operations/{OPERATION}/hold", {"remark": "Let the night pass.", "safety": {"answer": "none"}}),
    "preview_migration": (CHANGING, "/api/v1/migrations/preview", {"journey": JOURNEY, "source": 1, "target": 2}),
    "begin_migration": (CHANGING, "/api/v1/migrations", {"journey": JOURNEY, "source": 1, "target": 2, **WHY}),
    "list_troubles": (STEERING, "/api/v1/repairs", None),
    "repair_many": (CHANGING, "/api/v1/repairs", {"action": "retry", "journey": JOURNEY, **WHY}),
    "repair_one": (CHANGING, f"/api/v1/enrolments/{ENROLMENT}/repair", {"action": "retry", "passage": TOUCH, **WHY}),
    "list_alarms": (STEERING, "/api/v1/monitor", None),
    "list_touches": (ALL, "/api/v1/touches?state=unknown", None),
    "read_touch": (ALL, f"/api/v1/touches/{TOUCH}", None),
    "settle_touch": (frozenset({Role.MARKETING, Role.COMPLIANCE, Role.ADMIN}), f"/api/v1/touches/{TOUCH}/settle", {"as": "sent", **FOUND_OUT}),
    "read_copies": (frozenset({Role.COMPLIANCE, Role.MEDICAL}), f"/api/v1/touches/{TOUCH}/copy", None),
    "hold_copies": (
        frozenset({Role.COMPLIANCE}),
        f"/api/v1/touches/{TOUCH}/hold",
        {"held": True, "reason": "litigation", "remark": "By counsel.", "safety": NONE},
    ),
    "report": (
        frozenset({Role.ADMIN, Role.INTEGRATION}),
        "/api/v1/facts",
        {"source": "mail", "source_id": "1", "touch": TOUCH, "heard": "opened", "at": "2027-03-01T09:00:00Z"},
    ),
    "report_event": (frozenset({Role.ADMIN, Role.INTEGRATION}), "/api/v1/events", EVENT),
    "list_events": (frozenset({Role.COMPLIANCE, Role.ADMIN}), "/api/v1/events", None),
    "read_event": (frozenset({Role.COMPLIANCE, Role.ADMIN}), "/api/v1/events/event-1", None),
    "report_cloud_events": (frozenset({Role.ADMIN, Role.INTEGRATION}), "/api/v1/events", EVENT),
    "judge_events_again": (frozenset({Role.ADMIN}), "/api/v1/events/judge-again", {"reason": "The crosswalk is there.", "safety": NONE}),
    "report_call": (frozenset({Role.ADMIN, Role.INTEGRATION}), "/api/v1/call-reports", CALL),
    "list_crm_records": (frozenset({Role.COMPLIANCE, Role.ADMIN}), "/api/v1/crm/records?state=waiting", None),
    "list_call_reports": (frozenset({Role.COMPLIANCE, Role.ADMIN}), "/api/v1/call-reports", None),
    "judge_calls_again": (frozenset({Role.ADMIN}), "/api/v1/call-reports/judge-again", {"reason": "The crosswalk is there.", "safety": NONE}),
    "list_replies": (ALL, "/api/v1/replies", None),
    "read_reply": (ALL, "/api/v1/replies/reply-1", None),
    "judge_replies_again": (frozenset({Role.ADMIN}), "/api/v1/replies/judge-again", {"reason": "The numbers are corrected.", "safety": NONE}),
    "bring_reply": (PUBLIC, "/webhooks/sendgrid/replies", []),
    "list_facts_in": (frozenset({Role.COMPLIANCE, Role.ADMIN}), "/api/v1/facts-in", None),
    "judge_facts_again": (frozenset({Role.ADMIN}), "/api/v1/facts-in/judge-again", {"reason": "The crosswalk is there.", "safety": NONE}),
    "bring": (PUBLIC, "/webhooks/sendgrid", []),
    "count_bulk": (BULK_ENROLLERS, "/api/v1/bulk-enrolments", {"journey": JOURNEY, "selection": {"markets": ["SE"]}}),
    "list_bulks": (BULK_READERS, "/api/v1/bulk-enrolments", None),
    "read_bulk": (BULK_READERS, f"/api/v1/bulk-enrolments/{BULK}", None),
    "list_bulk_results": (BULK_READERS, f"/api/v1/bulk-enrolments/{BULK}/results", None),
    "confirm_bulk": (BULK_ENROLLERS, f"/api/v1/bulk-enrolments/{BULK}/confirm", {}),
    "pause_bulk": (BULK_ENROLLERS, f"/api/v1/bulk-enrolments/{BULK}/pause", {}),
    "resume_bulk": (BULK_ENROLLERS, f"/api/v1/bulk-enrolments/{BULK}/resume", {}),
    "stop_bulk": (BULK_READERS, f"/api/v1/bulk-enrolments/{BULK}/stop", {}),
    "follow": (PUBLIC, f"/t/{Links(KEY).click(TOUCH, 'study')}", None),
    "follow_short": (PUBLIC, "/t/abcdefghijklm/study", None),
    "ask_for_answer": (PUBLIC, f"/a/{Links(KEY).answer(TOUCH, 'accepted')}", None),
    "reschedule": (KNOWERS, f"/api/v1/invitations/{TOUCH}/reschedule", {"starts": "2027-03-20T09:00:00Z", "reason": "rep_away"}),
    "call_off": (KNOWERS, f"/api/v1/invitations/{TOUCH}/call-off", {"reason": "too_few"}),
    "answer_invitation": (PUBLIC, f"/a/{Links(KEY).answer(TOUCH, 'accepted')}", None),
    "read_preferences": (PUBLIC, f"/p/{Links(KEY).preferences(TOUCH)}", None),
    "change_preferences": (PUBLIC, f"/p/{Links(KEY).preferences(TOUCH)}", None),
    "ask_to_confirm": (PUBLIC, f"/c/{Links(KEY).confirm('opt-1')}", None),
    "confirm_consent": (PUBLIC, f"/c/{Links(KEY).confirm('opt-1')}", None),
    "confirm": (PUBLIC, f"/u/{Links(KEY).unsubscribe(TOUCH)}", None),
    "unsubscribe": (PUBLIC, f"/u/{Links(KEY).unsubscribe(TOUCH)}", None),
    "read_metrics": (frozenset({Role.ADMIN}), "/metrics", None),
    "live": (PUBLIC, "/health/live", None),
    "ready": (PUBLIC, "/health/ready", None),
}


def _operations(app: FastAPI) -> dict[str, str]:
    """The method of every operation, by name."""
    found = {}
    for route in iter_route_contexts(app.routes):
        if route.path != "/openapi.json":
            (method,) = (route.methods or set()) - {"HEAD"}
            found[str(route.name)] = method
    return found


def test_every_operation_stands_in_the_matrix(app: FastAPI) -> None:
    """A new endpoint fails here until somebody has decided for each role."""
    assert set(_operations(app)) == set(MATRIX)


@pytest.fixture(autouse=True)
def versions(world: World) -> None:
    """Beside the version in force a draft and one in review."""
    for number, state in ((2, "draft"), (3, "in_review")):
        definition = Definition.model_validate({**the_authored(), "version": number})
        world.definitions[JOURNEY, number] = a_row(definition, _version(number), now=world.now, world=world, state=state)


_OF_THE_ACT = {"not_your_party", "not_your_task", "signature_invalid"}
"""Refused for what is asked, and not for who asks."""


@pytest.mark.parametrize("role", [*Role, None])
async def test_the_matrix_holds(role: Role | None, app: FastAPI, world: World, as_: As) -> None:
    """An allowed role is neither turned away nor taken for a stranger; every other one is refused with a problem."""
    for name, method in _operations(app).items():
        allowed, path, body = MATRIX[name]
        caller = as_(role)
        answer = await (caller.get(path) if method == "GET" else caller.put(path, body) if method == "PUT" else caller.post(path, body))
        if allowed is None or role in allowed:
            assert answer.status_code < 500, (name, answer.text)
            assert answer.status_code not in {401, 403, 422} or answer.json()["code"] in _OF_THE_ACT, (name, answer.text)
        else:
            assert answer.status_code == (401 if role is None else 403), (name, answer.text)
            assert answer.json()["code"] == ("not_signed_in" if role is None else "role_not_allowed")
