"""What the store hands the front desk: plain records, from which the routers tell each role what it may know."""

from api.rows.enrolments import EffectRow, EnrolmentRow, RequestRow
from api.rows.inquiries import AbsenceRow, ClarificationRow, CrossingRow, InquiryRow, InquiryText, SignatureRow
from api.rows.invitations import ClickTarget, InvitationRow, Rescheduled, Unchangeable
from api.rows.people import PersonRow, TimelineRow, UserRow
from api.rows.preferences import OptInRow, PreferenceLine, PreferenceRow
from api.rows.reports import CallReportRow, EventRow, FactInRow, ReplyRow
from api.rows.sweeps import SweepResultRow, SweepRow
from api.rows.tasks import NotificationRow, ProposalRow, TaskRow
from api.rows.versions import ActRow, Unclean, VersionRow

__all__ = [
    "AbsenceRow",
    "ActRow",
    "CallReportRow",
    "ClarificationRow",
    "ClickTarget",
    "CrossingRow",
    "EffectRow",
    "EnrolmentRow",
    "EventRow",
    "FactInRow",
    "InquiryRow",
    "InquiryText",
    "InvitationRow",
    "NotificationRow",
    "OptInRow",
    "PersonRow",
    "PreferenceLine",
    "PreferenceRow",
    "ProposalRow",
    "ReplyRow",
    "RequestRow",
    "Rescheduled",
    "SignatureRow",
    "SweepResultRow",
    "SweepRow",
    "TaskRow",
    "TimelineRow",
    "Unchangeable",
    "Unclean",
    "UserRow",
    "VersionRow",
]
