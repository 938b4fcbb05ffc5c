"""`dirigent worker`: plays journeys until it is told to stop."""

import asyncio
import signal
from collections.abc import Coroutine, Iterator, Mapping
from functools import partial
from typing import Any

import httpx
import structlog
import typer
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Channel
from api.links import Links
from journeys.content import EMAIL
from orchestrator import logging, reconciling, settings, way_out
from orchestrator.channels.making import make_channels
from orchestrator.clock import JourneyClock
from orchestrator.content_systems.polling import ContentPoller
from orchestrator.counts import served
from orchestrator.crm.exchange import PAUSE
from orchestrator.crm.making import make_exchange
from orchestrator.escalating import Escalation
from orchestrator.mail.compose import Composer
from orchestrator.mail.links import MailLinks
from orchestrator.monitor import Monitor, keep_watching
from orchestrator.pacing import keep
from orchestrator.reconciling import Reconciler
from orchestrator.replies import mailbox
from orchestrator.replies.letters import Letter
from orchestrator.requests.asking import SignedRequests
from orchestrator.requests.conversation import new_client
from orchestrator.safety.monitor import SafetyMonitor
from orchestrator.safety.ways import make_ways
from orchestrator.sealing import Sealing
from orchestrator.store import seals
from orchestrator.store.copies import Purge
from orchestrator.store.crm.watching import StoredCrmWatch
from orchestrator.store.desk.replies import StoredReplies
from orchestrator.store.engine import make_engine
from orchestrator.store.last_look import StoredLastLook
from orchestrator.store.outbox import Relay
from orchestrator.store.overdue import StoredOverdue
from orchestrator.store.requests import RequestBook
from orchestrator.store.room import RoomLook
from orchestrator.store.safety_watch import SafetyWatch
from orchestrator.store.seals import AuditSeals
from orchestrator.store.unknowns import StoredUnknowns
from orchestrator.store.watch import StoredWatch
from orchestrator.temporal.client import connect
from orchestrator.temporal.gateway import Gateway
from orchestrator.temporal.metering import Metering
from orchestrator.temporal.safety import make_safety_officer
from orchestrator.temporal.sweeping import make_sweeper
from orchestrator.temporal.worker import keep_relaying, make_operator, make_worker
from orchestrator.warning import ExpiryLook
from orchestrator.way_out import WayOut

Loop = Coroutine[Any, Any, None]
"""What goes on until the worker is told to stop."""

app = typer.Typer()
log = structlog.get_logger()


@app.command()
def worker() -> None:
    """Play journeys, perform their effects, carry out operations over many runs, keep the outbox empty and watch over all, until SIGTERM or Ctrl-C."""
    loaded = settings.load()
    logging.configure(loaded.log_format)
    asyncio.run(_work(loaded))


async def _work(given: settings.Settings) -> None:
    sealing = Sealing(given.sealing_keys)  # before anything is opened: without a key for copies nothing is sent
    stop = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, stop.set)
    clock = JourneyClock.of(given)
    engine = make_engine(given.database_url.get_secret_value())
    metering = Metering() if given.metrics_port is not None else None
    client = await connect(given, lazy=False, runtime=metering.runtime if metering is not None else None)
    links = MailLinks(Links(given.signing_key.get_secret_value()), public_url=str(given.public_url))
    others, channels = new_client(), make_channels(given, clock, StoredLastLook(engine, clock))
    playing = make_worker(
        client,
        task_queue=given.task_queue,
        engine=engine,
        channels=channels,
        requests=SignedRequests(RequestBook(engine), given.endpoints, others, clock, public_url=str(given.public_url)),
        composer=Composer(links, sender=given.mail_from, senders=given.mail_senders, domain=given.mail_domain, reply_to=given.reply_to),
        clock=clock,
        sealing=sealing,
    )
    gateway = Gateway(client, task_queue=given.task_queue, pace=clock.pace)
    sweeping = make_sweeper(client, task_queue=given.task_queue, engine=engine, clock=clock, per_second=given.sweep_pace)
    officer = make_safety_officer(client, task_queue=given.task_queue, engine=engine, ways=make_ways(given, channels[EMAIL], others), pace=clock.pace)
    operating = make_operator(client, task_queue=given.task_queue, engine=engine, hands=gateway, clock=clock)
    with served(given.metrics_host, given.metrics_port):
        async with others, playing, sweeping, operating, officer:
            log.info("worker", doing="playing", task_queue=given.task_queue)
            if given.ready_file is not None:
                given.ready_file.touch()
            loops = [
                keep_relaying(Relay(engine, gateway), stop),
                *_watching(given, engine, gateway, links, clock, stop),
                *_looking(engine, channels, clock, stop),
                *_listening(given, engine, others, clock, stop),
            ]
            if metering is not None:
                loops.append(metering.keep_taking_over(stop))
            await asyncio.gather(*loops)
    await engine.dispose()
    log.info("worker", doing="stopped")


def _watching(given: settings.Settings, engine: AsyncEngine, gateway: Gateway, links: MailLinks, clock: JourneyClock, stop: asyncio.Event) -> Iterator[Loop]:
    """What raises alarms: over runs, touches and records of the CRM, over safety cases, and over the way out of the messages."""
    crm = StoredCrmWatch(engine) if given.crm is not None else None
    yield keep_watching(Monitor(StoredWatch(engine), gateway, clock, unknowns=StoredUnknowns(engine), crm=crm), stop)
    yield keep_watching(SafetyMonitor(SafetyWatch(engine), clock), stop)
    yield keep(WayOut(engine, links).look, stop, rest=way_out.PAUSE, name="way_out")


def _looking(engine: AsyncEngine, channels: Mapping[str, Channel], clock: JourneyClock, stop: asyncio.Event) -> Iterator[Loop]:
    """What the house does by itself when its time has come."""
    yield keep(Reconciler(StoredUnknowns(engine), channels, clock).look, stop, rest=reconciling.PAUSE, name="reconcile")
    yield keep(Purge(engine, clock).look, stop, rest=reconciling.PAUSE, name="purge")
    yield keep(Escalation(StoredOverdue(engine), clock).look, stop, rest=reconciling.PAUSE, name="overdue")
    yield keep(RoomLook(engine, clock).look, stop, rest=reconciling.PAUSE, name="room")
    yield keep(AuditSeals(engine).seal, stop, rest=seals.PAUSE, name="seal")
    expiry = ExpiryLook(engine, clock)
    yield keep(expiry.look, stop, rest=expiry.rest, name="expiry")


def _listening(given: settings.Settings, engine: AsyncEngine, others: httpx.AsyncClient, clock: JourneyClock, stop: asyncio.Event) -> Iterator[Loop]:
    """What other systems tell when they are asked: content systems, the mailbox of replies, the CRM."""
    yield keep(ContentPoller(engine, given.content_systems, others, clock.now).look, stop, rest=given.content_pause, name="content_sync")
    if given.mailbox is not None:
        desk = StoredReplies(engine, {}, {}, mail_domain=given.mail_domain)
        yield mailbox.keep_looking(given.mailbox, partial(_take, desk, clock), stop)
    if given.crm is not None:
        exchange = make_exchange(given.crm, others, words=given.calls, engine=engine, clock=clock)
        # A mirror must not break what it shows: whatever goes wrong there, journeys are played.
        yield keep(exchange.look, stop, rest=PAUSE, name="crm", trouble=(Exception,))


async def _take(desk: StoredReplies, clock: JourneyClock, letter: Letter) -> str:
    """Take what lay in the mailbox; its run is told by the relay."""
    return await desk.take(letter, now=clock.now())
