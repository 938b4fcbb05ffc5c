"""`dirigent migrations`: who would move where, and moving them."""

from collections.abc import Iterator
from typing import Annotated

import typer
from pydantic import ValidationError

from api.schemas.operations import MigrationPreview, NewMigration, OperationLine, PlanMigration
from journeys.migration import odd_entry
from journeys.versions import RELEASED, VersionState
from orchestrator.operating import CHANGING, Desk, NotDoneError, at_the_desk, once
from orchestrator.typed_maps import Map, pairs
from orchestrator.typed_safety import Heard, answer

app = typer.Typer(no_args_is_help=True, help="Move people from one version of a journey to another.")

Journey = Annotated[str, typer.Argument(help="The journey.", show_default=False)]
Source = Annotated[int, typer.Argument(help="The version to move from.", show_default=False)]
Target = Annotated[int, typer.Argument(help="The version to move to.", show_default=False)]
By = Annotated[str, typer.Option("--as", help="The user who acts.", show_default=False)]
_HOW = {"stays": "stays there", "renamed": "stays there, as {to}", "anew": "-> {to}, anew", "ends": "ends"}
Why = Annotated[str, typer.Option("--remark", help="Why, in a sentence.", show_default=False)]


@app.command()
def preview(journey: Journey, source: Source, target: Target, *, mapping: Map = None) -> None:
    """Where everybody would stand, by step, before anything happens. The target may be signed only."""

    async def work(desk: Desk) -> MigrationPreview:
        plan = _plan(journey, source, target, mapping)
        await _judge(desk, plan, among=frozenset({VersionState.SIGNED, VersionState.PUBLISHED}))
        return await desk.migrations.preview(plan)

    for line in foreseen(at_the_desk(work)):
        typer.echo(line)


@app.command()
def begin(journey: Journey, source: Source, target: Target, *, as_: By, remark: Why, safety: Heard, mapping: Map = None, per_second: int = 5) -> None:
    """Move every run under way on the source version, one after the other. `dirigent operations report` tells what became of each."""

    async def work(desk: Desk) -> OperationLine:
        who = await desk.somebody(as_, CHANGING)
        plan = _plan(journey, source, target, mapping)
        await _judge(desk, plan, among=frozenset({VersionState.PUBLISHED}))
        migration = NewMigration(**plan.model_dump(), reason="strategy_changed", remark=remark, per_second=per_second, safety=answer(safety, remark))
        request = once(who)
        return await desk.migrations.begin(
            who, migration, remark=await desk.remark(who, remark, request, heard=answer(safety, remark)), once=request, now=desk.now
        )

    operation = at_the_desk(work)
    typer.echo(f"operation {operation.id}: {operation.counts.waiting} runs")


def foreseen(seen: MigrationPreview) -> Iterator[str]:
    """A preview, line by line."""
    for step in seen.steps:
        fate = f"stays on its version: {step.code}" if step.code else _HOW[step.how or "stays"].format(to=step.to)
        yield f"{step.count:6}  {step.step} ({step.doing})  {fate}"
    yield f"{seen.movable} runs movable, {seen.refused} refused, {seen.not_now} not now, {seen.not_begun} not begun"


def _plan(journey: str, source: int, target: int, mapping: list[str] | None) -> PlanMigration:
    try:
        return PlanMigration(journey=journey, source=source, target=target, mapping=pairs(mapping))
    except ValidationError as invalid:
        raise NotDoneError("; ".join(f"{'.'.join(map(str, error['loc']))}: {error['msg']}" for error in invalid.errors())) from None


async def _judge(desk: Desk, plan: PlanMigration, *, among: frozenset[VersionState]) -> None:
    source, target = [await desk.definitions.find(plan.journey, version, now=desk.now) for version in (plan.source, plan.target)]
    if source is None or target is None:
        raise NotDoneError(f"{plan.journey} has no version {plan.source if source is None else plan.target}.")
    if source.life.state not in RELEASED or target.life.state not in among:
        raise NotDoneError("People are moved from a version that was published to one that is; a preview may be of one that is signed.")
    odd = odd_entry(plan.mapping, [source.definition], target.definition)
    if odd is not None:
        _, detail, allowed = odd
        raise NotDoneError(f"{detail} There are: {', '.join(allowed)}.")
