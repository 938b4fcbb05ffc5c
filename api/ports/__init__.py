"""What the front desk needs of the house, as Protocols by noun. The store, the gateway to Temporal and the tests' fakes implement them.

Every method is one transaction. `who` bounds what is found: a row outside the asker's territory is as unknown as one that never was,
and a side of the firewall that the asker may not see is not loaded.
"""

from api.ports.calls import CallReports
from api.ports.consents import Consents
from api.ports.content_systems import ContentSystems
from api.ports.contents import Contents
from api.ports.crm import CrmRecords
from api.ports.definitions import Acted, Arrange, AskedRelease, AskedSignature, Definitions, Lifecycles
from api.ports.enrolments import Enrolments, Events, NotEnrolled, Sweeps
from api.ports.facts_in import Brought, FactsIn, NotLetIn
from api.ports.house import Ports
from api.ports.inquiries import Coverages, Firewall, Fulfilment, Inquiries, NotDone, Responses
from api.ports.ledger import CopySealedError, NotSettled, TouchBook
from api.ports.occasions import Occasions
from api.ports.operations import CountChanged, Halts, Migrations, Operations, Repairs, Watch
from api.ports.organisations import Organisations
from api.ports.people import Knowledge, People, Timelines
from api.ports.recalls import Recalls
from api.ports.replies import Replies
from api.ports.requests import AnswerRefused, Requests, Stamp
from api.ports.rules import Judgements, Markets
from api.ports.running import Clock, CommandRefusedError, Conductors, ConductorUnavailableError, Counts, Health, Relay
from api.ports.safety import Safety
from api.ports.tasks import Choices, Notifications, Remarks, Tasks
from api.ports.touches import Touches
from api.ports.users import Idempotency, Users
from api.ports.words import RestrictedWords

__all__ = [
    "Acted",
    "AnswerRefused",
    "Arrange",
    "AskedRelease",
    "AskedSignature",
    "Brought",
    "CallReports",
    "Choices",
    "Clock",
    "CommandRefusedError",
    "ConductorUnavailableError",
    "Conductors",
    "Consents",
    "ContentSystems",
    "Contents",
    "CopySealedError",
    "CountChanged",
    "Counts",
    "Coverages",
    "CrmRecords",
    "Definitions",
    "Enrolments",
    "Events",
    "FactsIn",
    "Firewall",
    "Fulfilment",
    "Halts",
    "Health",
    "Idempotency",
    "Inquiries",
    "Judgements",
    "Knowledge",
    "Lifecycles",
    "Markets",
    "Migrations",
    "NotDone",
    "NotEnrolled",
    "NotLetIn",
    "NotSettled",
    "Notifications",
    "Occasions",
    "Operations",
    "Organisations",
    "People",
    "Ports",
    "Recalls",
    "Relay",
    "Remarks",
    "Repairs",
    "Replies",
    "Requests",
    "Responses",
    "RestrictedWords",
    "Safety",
    "Stamp",
    "Sweeps",
    "Tasks",
    "Timelines",
    "TouchBook",
    "Touches",
    "Users",
    "Watch",
]
