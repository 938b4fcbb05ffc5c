"""All ports together, as the application is built with them."""

from dataclasses import dataclass

from api.ports.calls import CallReports
from api.ports.consents import Consents
from api.ports.content_systems import ContentSystems
from api.ports.contents import Contents
from api.ports.crm import CrmRecords
from api.ports.definitions import Arrange, Definitions, Lifecycles
from api.ports.enrolments import Enrolments, Events, Sweeps
from api.ports.evidence import Evidence, Print
from api.ports.facts_in import FactsIn
from api.ports.inquiries import Coverages, Firewall, Fulfilment, Inquiries, Responses
from api.ports.ledger import TouchBook
from api.ports.occasions import Occasions
from api.ports.operations import Halts, Migrations, Operations, Repairs, Watch
from api.ports.organisations import Organisations
from api.ports.people import Knowledge, People, Timelines
from api.ports.preferences import Preferences
from api.ports.recalls import Recalls
from api.ports.replies import Replies
from api.ports.requests import Requests
from api.ports.rules import Judgements, Markets
from api.ports.running import Clock, Conductors, Counts, Health, Relay
from api.ports.safety import Safety
from api.ports.tasks import Choices, Notifications, Remarks, Tasks
from api.ports.touches import Touches
from api.ports.users import Idempotency, Users
from api.ports.words import RestrictedWords


@dataclass(frozen=True)
class Ports:
    """The house as the front desk sees it, built once by the wiring."""

    clock: Clock
    conductors: Conductors
    relay: Relay
    health: Health
    counts: Counts
    users: Users
    idempotency: Idempotency
    people: People
    organisations: Organisations
    timelines: Timelines
    definitions: Definitions
    lifecycles: Lifecycles
    enrolments: Enrolments
    tasks: Tasks
    notifications: Notifications
    knowledge: Knowledge
    remarks: Remarks
    inquiries: Inquiries
    fulfilment: Fulfilment
    responses: Responses
    coverages: Coverages
    firewall: Firewall
    safety: Safety
    consents: Consents
    preferences: Preferences
    evidence: Evidence
    printed: Print
    contents: Contents
    recalls: Recalls
    touches: Touches
    occasions: Occasions
    ledger: TouchBook
    arrange: Arrange
    events: Events
    sweeps: Sweeps
    requests: Requests
    channels: tuple[str, ...]
    """The names of the channels that this installation sends by."""
    halts: Halts
    operations: Operations
    migrations: Migrations
    repairs: Repairs
    watch: Watch
    markets: Markets
    judgements: Judgements
    facts_in: FactsIn
    call_reports: CallReports
    crm_records: CrmRecords
    replies: Replies
    words: RestrictedWords
    choices: Choices
    content_systems: ContentSystems
