"""Builds the API of one process: the front desk over the store and the gateway to running journeys, as the settings say."""

from fastapi import APIRouter, FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client

from api.app import create_app
from api.links import Links
from api.ports import Ports
from orchestrator import reference
from orchestrator.clock import JourneyClock
from orchestrator.counts import Counts
from orchestrator.embedded import answering, inbox_pages
from orchestrator.evidence_pdf import printed
from orchestrator.health import HouseHealth
from orchestrator.mail.links import MailLinks
from orchestrator.means import means_of
from orchestrator.release import version
from orchestrator.sealing import Sealing
from orchestrator.seeing.places import arranged
from orchestrator.settings import Settings
from orchestrator.store.desk.calls import StoredCallReports
from orchestrator.store.desk.choices import StoredChoices
from orchestrator.store.desk.consents import StoredConsents
from orchestrator.store.desk.content_systems import StoredContentSystems
from orchestrator.store.desk.contents import StoredContents
from orchestrator.store.desk.coverages import StoredCoverages
from orchestrator.store.desk.crm import StoredCrmRecords
from orchestrator.store.desk.definitions import StoredDefinitions
from orchestrator.store.desk.enrolments import StoredEnrolments
from orchestrator.store.desk.events import StoredEvents
from orchestrator.store.desk.evidence import StoredEvidence
from orchestrator.store.desk.facts_in import StoredFactsIn
from orchestrator.store.desk.firewall import StoredFirewall
from orchestrator.store.desk.fulfilment import StoredFulfilment
from orchestrator.store.desk.halts import StoredHalts
from orchestrator.store.desk.idempotency import StoredIdempotency
from orchestrator.store.desk.inquiries import StoredInquiries
from orchestrator.store.desk.judgements import StoredJudgements
from orchestrator.store.desk.knowing import StoredKnowledge
from orchestrator.store.desk.ledger import StoredTouchBook
from orchestrator.store.desk.lifecycles import StoredLifecycles
from orchestrator.store.desk.markets import StoredMarkets
from orchestrator.store.desk.migrations import StoredMigrating, StoredMigrations
from orchestrator.store.desk.notifications import StoredNotifications
from orchestrator.store.desk.occasions import StoredOccasions
from orchestrator.store.desk.operations import StoredOperations
from orchestrator.store.desk.organisations import StoredOrganisations
from orchestrator.store.desk.people import StoredPeople
from orchestrator.store.desk.preferences import StoredPreferences
from orchestrator.store.desk.recalls import StoredRecalls
from orchestrator.store.desk.remarks import StoredRemarks
from orchestrator.store.desk.repairs import StoredRepairs
from orchestrator.store.desk.replies import StoredReplies
from orchestrator.store.desk.requests import StoredRequests
from orchestrator.store.desk.responding import StoredResponses
from orchestrator.store.desk.safety import StoredSafety
from orchestrator.store.desk.sweeps import StoredSweepDesk
from orchestrator.store.desk.tasks import StoredTasks
from orchestrator.store.desk.timelines import StoredTimelines
from orchestrator.store.desk.touches import StoredTouches
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.desk.words import StoredWords
from orchestrator.store.engine import UNREACHABLE
from orchestrator.store.outbox import Relay
from orchestrator.store.watch import StoredWatch
from orchestrator.temporal.gateway import Gateway
from orchestrator.webhooks.doors import providers
from orchestrator.webhooks.fetching import UnreachableError, fetcher


def make_ports(engine: AsyncEngine, client: Client, *, clock: JourneyClock, settings: Settings) -> Ports:
    """The house as the front desk sees it. Engine and client belong to the caller, who closes them."""
    means = means_of(settings)
    known = providers(settings.webhooks, public_url=str(settings.public_url), fetch=fetcher())
    gateway = Gateway(client, task_queue=settings.task_queue, pace=clock.pace)
    return Ports(
        clock=clock,
        conductors=gateway,
        relay=Relay(engine, gateway),
        health=HouseHealth(engine, client),
        counts=Counts(),
        users=StoredUsers(engine),
        idempotency=StoredIdempotency(engine),
        people=StoredPeople(engine),
        organisations=StoredOrganisations(engine),
        timelines=StoredTimelines(engine),
        definitions=StoredDefinitions(engine),
        lifecycles=StoredLifecycles(engine, means, migrating=StoredMigrating(clock.pace)),
        enrolments=StoredEnrolments(engine),
        tasks=StoredTasks(engine),
        notifications=StoredNotifications(engine),
        knowledge=StoredKnowledge(engine),
        remarks=StoredRemarks(engine),
        inquiries=StoredInquiries(engine),
        fulfilment=StoredFulfilment(engine),
        responses=StoredResponses(engine),
        coverages=StoredCoverages(engine),
        firewall=StoredFirewall(engine),
        safety=StoredSafety(engine, settings.safety_endpoint),
        consents=StoredConsents(engine),
        preferences=StoredPreferences(engine, MailLinks(Links(settings.signing_key.get_secret_value()), public_url=str(settings.public_url))),
        evidence=StoredEvidence(engine),
        printed=printed,
        contents=StoredContents(engine),
        recalls=StoredRecalls(engine),
        touches=StoredTouches(engine),
        occasions=StoredOccasions(engine),
        ledger=StoredTouchBook(engine, Sealing(settings.opening_keys)),
        arrange=arranged,
        events=StoredEvents(engine),
        sweeps=StoredSweepDesk(engine),
        requests=StoredRequests(engine, settings.endpoints),
        channels=means.channels,
        halts=StoredHalts(engine),
        operations=StoredOperations(engine),
        migrations=StoredMigrations(engine),
        repairs=StoredRepairs(engine),
        watch=StoredWatch(engine),
        markets=StoredMarkets(engine),
        judgements=StoredJudgements(engine, channels=means.channels),
        call_reports=StoredCallReports(engine, settings.calls),
        crm_records=StoredCrmRecords(engine),
        facts_in=StoredFactsIn(engine, known, settings.webhooks.tolerances),
        replies=StoredReplies(engine, known, settings.webhooks.tolerances, mail_domain=settings.mail_domain),
        words=StoredWords(engine),
        choices=StoredChoices(engine),
        content_systems=StoredContentSystems(engine, settings.content_systems),
    )


def make_api(settings: Settings, engine: AsyncEngine, client: Client) -> FastAPI:
    """The application with its reference page and, in the embedded runtime, its inbox."""
    app = create_app(
        make_ports(engine, client, clock=JourneyClock.of(settings), settings=settings),
        signing_key=settings.signing_key.get_secret_value(),
        version=version(),
        away=(*UNREACHABLE, UnreachableError),
        more=_embedded_pages(settings),
    )
    reference.install(app)
    return app


def _embedded_pages(settings: Settings) -> list[APIRouter]:
    """The inbox, and those who stand for other systems; production has neither."""
    if settings.inbox_dir is None:
        return []
    return [inbox_pages.router(settings.inbox_dir, settings.message_gateways), answering.router(settings.endpoints)]
