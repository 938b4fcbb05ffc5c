"""The stable codes of everything that the API refuses, each with its status and its title: the table that docs/problems.md explains."""

from enum import StrEnum

TYPES = "https://dirigent.example/problems/"
"""What every problem's `type` starts with; the code follows."""


class Code(StrEnum):
    """The stable name of a problem. docs/problems.md has a paragraph on each."""

    NOT_SIGNED_IN = "not_signed_in"
    TOKEN_INVALID = "token_invalid"  # noqa: S105 - a code, not a secret
    TOKEN_EXPIRED = "token_expired"  # noqa: S105 - likewise
    USER_UNKNOWN = "user_unknown"
    ROLE_NOT_ALLOWED = "role_not_allowed"
    FIREWALL = "firewall"
    NOT_YOUR_TASK = "not_your_task"
    NOT_FOUND = "not_found"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    INVALID = "invalid"
    BAD_CURSOR = "bad_cursor"
    TOO_LARGE = "too_large"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"
    RESTRICTED_WORD = "restricted_word"
    SAFETY_UNANSWERED = "safety_unanswered"
    FLAG_REVIEWED = "flag_reviewed"
    SOLICITED = "solicited"
    IN_THE_FUTURE = "in_the_future"
    INQUIRY_UNKNOWN = "inquiry_unknown"
    ALREADY_ANSWERED = "already_answered"
    INQUIRY_CLOSED = "inquiry_closed"
    INQUIRY_SUBMITTED = "inquiry_submitted"
    INQUIRY_TAKEN = "inquiry_taken"
    CONTENT_NOT_MEDICAL = "content_not_medical"
    PROMOTIONAL_LINK = "promotional_link"
    PERSONA_UNKNOWN = "persona_unknown"
    CANNOT_TAKE_OVER = "cannot_take_over"
    ACCESS_FORBIDDEN = "access_forbidden"
    APPROVAL_REQUIRED = "approval_required"
    ACCESS_LOOSENED = "access_loosened"
    CHOICE_UNFIT = "choice_unfit"
    NOT_LINT_CLEAN = "not_lint_clean"
    VERSION_EXISTS = "version_exists"
    NOT_IN_THIS_STATE = "not_in_this_state"
    DIGEST_CHANGED = "digest_changed"
    NOT_YOUR_PARTY = "not_your_party"
    PARTY_NOT_ASKED = "party_not_asked"
    PARTY_SIGNED = "party_signed"
    SIGNED_ALREADY = "signed_already"
    MEANING_NOT_YOURS = "meaning_not_yours"
    PIN_NOT_SET = "pin_not_set"
    PIN_WRONG = "pin_wrong"
    PIN_LOCKED = "pin_locked"
    SIGNATURES_MISSING = "signatures_missing"
    FROM_IN_THE_PAST = "from_in_the_past"
    NOT_THE_LATEST = "not_the_latest"
    RUNNING_CHOICE_REQUIRED = "running_choice_required"
    MIGRATION_UNAVAILABLE = "migration_unavailable"
    CHANNEL_NOT_CONFIGURED = "channel_not_configured"
    ENDPOINT_NOT_CONFIGURED = "endpoint_not_configured"
    RUNS_OPEN = "runs_open"
    NOT_PUBLISHED = "not_published"
    NOT_IN_EFFECT = "not_in_effect"
    ADMITS_NOBODY = "admits_nobody"
    PLAN_REQUIRED = "plan_required"
    UNKNOWN_SUCCESSOR = "unknown_successor"
    NOT_ELIGIBLE = "not_eligible"
    OBJECTED = "objected"
    SUPPRESSED = "suppressed"
    WRONG_MARKET = "wrong_market"
    NO_MARKET_POLICY = "no_market_policy"
    ALREADY_ENROLLED = "already_enrolled"
    TOO_EARLY_TO_ENTER_AGAIN = "too_early_to_enter_again"
    NEVER_AGAIN = "never_again"
    NO_KEY = "no_key"
    BUSY = "busy"
    SWEEP_MOVED_ON = "sweep_moved_on"
    HALTED = "halted"
    NOT_BEGUN = "not_begun"
    ENDED = "ended"
    TASK_NOT_OPEN = "task_not_open"
    UNKNOWN_OUTCOME = "unknown_outcome"
    UNKNOWN_CHANNEL = "unknown_channel"
    TEXT_UNKNOWN = "text_unknown"
    TEXT_DIFFERS = "text_differs"
    NO_DOUBLE_OPT_IN = "no_double_opt_in"
    NOT_OFFERED = "not_offered"
    INQUIRY_REQUIRED = "inquiry_required"
    SAME_PERSONA = "same_persona"
    SNOOZE_IN_THE_PAST = "snooze_in_the_past"
    SNOOZED_TOO_OFTEN = "snoozed_too_often"
    SIGNATURE_INVALID = "signature_invalid"
    STALE = "stale"
    REPLAYED = "replayed"
    UNKNOWN_ANSWER = "unknown_answer"
    PAUSED = "paused"
    NOT_STANDING_THERE = "not_standing_there"
    NOT_HELD = "not_held"
    UNDER_WAY = "under_way"
    UNKNOWN_STEP = "unknown_step"
    ANOTHER_LINE = "another_line"
    COUNT_CHANGED = "count_changed"
    ALREADY_LIFTED = "already_lifted"
    ALREADY_WITHDRAWN = "already_withdrawn"
    NO_APPROVAL = "no_approval"
    OPERATION_OVER = "operation_over"
    RULES_CHANGED = "rules_changed"
    PROPOSAL_DECIDED = "proposal_decided"
    NOT_SENT = "not_sent"
    DECLINED = "declined"
    BEGUN = "begun"
    CALLED_OFF = "called_off"
    NO_NOTICE = "no_notice"
    TOUCH_KNOWN = "touch_known"
    NOT_REPEATABLE = "not_repeatable"
    COPY_SEALED = "copy_sealed"
    UNAVAILABLE = "unavailable"
    INTERNAL = "internal"


TABLE: dict[Code, tuple[int, str]] = {
    Code.NOT_SIGNED_IN: (401, "Not signed in"),
    Code.TOKEN_INVALID: (401, "The token is not valid"),
    Code.TOKEN_EXPIRED: (401, "The token has expired"),
    Code.USER_UNKNOWN: (401, "No such active user"),
    Code.ROLE_NOT_ALLOWED: (403, "Not for this role"),
    Code.FIREWALL: (403, "The firewall between commercial and medical"),
    Code.NOT_YOUR_TASK: (403, "Somebody else's task"),
    Code.NOT_FOUND: (404, "Not found"),
    Code.METHOD_NOT_ALLOWED: (405, "Not done this way"),
    Code.INVALID: (422, "The request is not understood"),
    Code.BAD_CURSOR: (422, "Not a cursor of this list"),
    Code.TOO_LARGE: (413, "The request is too large"),
    Code.IDEMPOTENCY_KEY_REUSED: (422, "The key was used for another request"),
    Code.RESTRICTED_WORD: (422, "A restricted word"),
    Code.SAFETY_UNANSWERED: (422, "The adverse-event question is not answered"),
    Code.FLAG_REVIEWED: (409, "Reviewed already"),
    Code.SOLICITED: (422, "Only unsolicited questions go to medical"),
    Code.IN_THE_FUTURE: (422, "Not yet happened"),
    Code.INQUIRY_UNKNOWN: (422, "No such question of this HCP"),
    Code.ALREADY_ANSWERED: (409, "Already answered"),
    Code.INQUIRY_CLOSED: (409, "The inquiry is closed"),
    Code.INQUIRY_SUBMITTED: (409, "The inquiry is locked"),
    Code.INQUIRY_TAKEN: (409, "A colleague has the inquiry"),
    Code.CONTENT_NOT_MEDICAL: (422, "Not content of medical's"),
    Code.PROMOTIONAL_LINK: (422, "An answer promotes nothing"),
    Code.PERSONA_UNKNOWN: (422, "No such persona"),
    Code.CANNOT_TAKE_OVER: (422, "That user cannot take this task"),
    Code.ACCESS_FORBIDDEN: (409, "No visits there"),
    Code.APPROVAL_REQUIRED: (422, "The unit's approval is needed"),
    Code.ACCESS_LOOSENED: (403, "Not yours to let in more"),
    Code.CHOICE_UNFIT: (422, "Not what the letter leaves to you"),
    Code.NOT_LINT_CLEAN: (422, "The journey has errors"),
    Code.VERSION_EXISTS: (409, "The version is on record"),
    Code.NOT_IN_THIS_STATE: (409, "Not done in this state"),
    Code.DIGEST_CHANGED: (409, "Another text than the one that was read"),
    Code.NOT_YOUR_PARTY: (403, "Not yours to sign for"),
    Code.PARTY_NOT_ASKED: (409, "Nobody asks this party to sign"),
    Code.PARTY_SIGNED: (409, "Signed for this party already"),
    Code.SIGNED_ALREADY: (409, "One person signs once"),
    Code.MEANING_NOT_YOURS: (409, "Not a meaning of yours"),
    Code.PIN_NOT_SET: (409, "No signing PIN yet"),
    Code.PIN_WRONG: (403, "Not the signing PIN"),
    Code.PIN_LOCKED: (403, "The signing PIN is locked"),
    Code.SIGNATURES_MISSING: (409, "Signatures are missing"),
    Code.FROM_IN_THE_PAST: (409, "From a time that is past"),
    Code.NOT_THE_LATEST: (409, "A later version is published"),
    Code.RUNNING_CHOICE_REQUIRED: (409, "Say what becomes of running journeys"),
    Code.MIGRATION_UNAVAILABLE: (409, "Runs cannot be migrated here"),
    Code.CHANNEL_NOT_CONFIGURED: (409, "A channel is not set up here"),
    Code.ENDPOINT_NOT_CONFIGURED: (409, "Another system is not set up here"),
    Code.RUNS_OPEN: (409, "Runs are in this version"),
    Code.NOT_PUBLISHED: (409, "Not published"),
    Code.NOT_IN_EFFECT: (409, "Not in effect yet"),
    Code.ADMITS_NOBODY: (409, "The version takes nobody any more"),
    Code.PLAN_REQUIRED: (409, "Content ends without a plan"),
    Code.UNKNOWN_SUCCESSOR: (422, "No such successor"),
    Code.NOT_ELIGIBLE: (409, "The entry condition does not hold"),
    Code.OBJECTED: (409, "The HCP objected to direct marketing"),
    Code.SUPPRESSED: (409, "The HCP is on the stop list"),
    Code.WRONG_MARKET: (409, "Not a journey of the HCP's market"),
    Code.NO_MARKET_POLICY: (409, "The market's rules are not known"),
    Code.ALREADY_ENROLLED: (409, "Already in this journey"),
    Code.TOO_EARLY_TO_ENTER_AGAIN: (409, "Too early to enter again"),
    Code.NEVER_AGAIN: (409, "This journey is entered once"),
    Code.NO_KEY: (409, "This journey is entered by key"),
    Code.BUSY: (409, "Another journey has the HCP"),
    Code.SWEEP_MOVED_ON: (409, "The bulk enrolment is in another state"),
    Code.HALTED: (409, "Paused or stopped"),
    Code.NOT_BEGUN: (409, "The journey has not begun"),
    Code.ENDED: (409, "The journey has ended"),
    Code.TASK_NOT_OPEN: (409, "The task is not open"),
    Code.UNKNOWN_OUTCOME: (422, "Not an outcome of this step"),
    Code.UNKNOWN_CHANNEL: (422, "No such channel"),
    Code.TEXT_UNKNOWN: (422, "No such consent text"),
    Code.TEXT_DIFFERS: (422, "The consent text asks for something else"),
    Code.NO_DOUBLE_OPT_IN: (409, "No letter can ask for it"),
    Code.NOT_OFFERED: (409, "Not offered at this step"),
    Code.INQUIRY_REQUIRED: (409, "The HCP's own question is needed"),
    Code.SAME_PERSONA: (409, "The persona is the one of this strategy"),
    Code.SNOOZE_IN_THE_PAST: (409, "Put off to a time that is past"),
    Code.SNOOZED_TOO_OFTEN: (409, "Put off too often"),
    Code.SIGNATURE_INVALID: (401, "Not signed by the system that was asked"),
    Code.STALE: (401, "Too old, or ahead of its time"),
    Code.REPLAYED: (409, "Brought before"),
    Code.UNKNOWN_ANSWER: (422, "Not an answer of this request"),
    Code.PAUSED: (409, "The journey is paused"),
    Code.NOT_STANDING_THERE: (409, "Nobody stands there"),
    Code.NOT_HELD: (409, "Nothing is held there"),
    Code.UNDER_WAY: (409, "It is being done at this moment"),
    Code.UNKNOWN_STEP: (422, "No such step"),
    Code.ANOTHER_LINE: (409, "A step of another line"),
    Code.COUNT_CHANGED: (409, "Another number of runs"),
    Code.ALREADY_LIFTED: (409, "Lifted already"),
    Code.ALREADY_WITHDRAWN: (409, "Withdrawn already"),
    Code.NO_APPROVAL: (409, "No approval on record"),
    Code.OPERATION_OVER: (409, "The operation is over"),
    Code.RULES_CHANGED: (409, "Other rules by now"),
    Code.PROPOSAL_DECIDED: (409, "Decided already"),
    Code.NOT_SENT: (409, "Not sent"),
    Code.DECLINED: (409, "Declined by the HCP"),
    Code.BEGUN: (409, "Begun already"),
    Code.CALLED_OFF: (409, "Called off already"),
    Code.NO_NOTICE: (409, "No approved notice"),
    Code.TOUCH_KNOWN: (409, "It is known what became of it"),
    Code.NOT_REPEATABLE: (409, "Not sent again from here"),
    Code.COPY_SEALED: (409, "The copy cannot be opened here"),
    Code.UNAVAILABLE: (503, "Not reachable at the moment"),
    Code.INTERNAL: (500, "Our mistake"),
}
