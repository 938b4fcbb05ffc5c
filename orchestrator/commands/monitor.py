"""`dirigent monitor`: looks once at every run, in the store and in Temporal, and lists those that nothing will wake; at every safety case; and at the way
out of the messages."""

import typer

from api.links import Links
from api.schemas.operations import AlarmLine
from orchestrator import settings
from orchestrator.mail.links import MailLinks
from orchestrator.monitor import Monitor
from orchestrator.operating import Desk, at_the_desk, every
from orchestrator.safety.monitor import SafetyMonitor
from orchestrator.store.crm import watching as crm
from orchestrator.store.unknowns import Alarmed
from orchestrator.temporal.client import connect
from orchestrator.temporal.gateway import Gateway
from orchestrator.way_out import WayOut

app = typer.Typer()


@app.command()
def monitor(*, look: bool = typer.Option(default=True, help="Look now; else list what the workers' monitors have seen.")) -> None:
    """List runs that are parked without a waker, touches that nobody knows the fate of, records that a CRM does not take, with age and kind, and safety cases
    that are overdue, unsent or looked after by nobody; and read the unsubscribe page of the latest message. Exits with 1 where anything is wrong."""
    given = settings.load()
    alarms, touches, records, way_out = at_the_desk(lambda desk: _seen(desk, given if look else None))
    waiting = at_the_desk(lambda desk: SafetyMonitor(desk.safety_watch, desk.clock).look())
    for alarm in alarms:
        typer.echo(f"{alarm.enrolment_id}  {alarm.kind}  {alarm.journey}@{alarm.version}  since {alarm.since:%Y-%m-%d %H:%M}")
    for touch in touches:
        typer.echo(f"{touch.key}  touch {touch.alarm}  since {touch.since:%Y-%m-%d %H:%M}")
    for record in records:
        typer.echo(f"{record.key}  {record.crm} {record.kind} {record.state}  {record.trouble or '-'}  since {record.since:%Y-%m-%d %H:%M}")
    cases = [(case, standing) for standing in ("overdue", "unsent", "asleep") for case in getattr(waiting, standing)]
    for case, standing in cases:
        typer.echo(f"safety case {case}  {standing}")
    count = len(alarms) + len(touches) + len(records) + len(cases)
    typer.echo(f"{count} alarms")
    if way_out is not None:
        typer.echo(f"the unsubscribe page does not work: {way_out}. Check DIRIGENT_PUBLIC_URL and what stands before the API.")
    raise typer.Exit(1 if count or way_out is not None else 0)


async def _seen(desk: Desk, given: settings.Settings | None) -> tuple[list[AlarmLine], tuple[Alarmed, ...], tuple[crm.Alarmed, ...], str | None]:
    way_out = None
    if given is not None:
        gateway = Gateway(await connect(given, lazy=True), task_queue=given.task_queue, pace=desk.clock.pace)
        await Monitor(desk.watch, gateway, desk.clock, unknowns=desk.unknowns, crm=desk.crm).look_everywhere()
        links = MailLinks(Links(given.signing_key.get_secret_value()), public_url=str(given.public_url))
        way_out = await WayOut(desk.engine, links).trouble()
    return await every(lambda cut: desk.watch.page(cut=cut)), await desk.unknowns.alarmed(), await desk.crm.alarmed(), way_out
