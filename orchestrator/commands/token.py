"""`dirigent token`: signs somebody in from the command line."""

import asyncio
from datetime import timedelta
from typing import Annotated

import typer
from sqlmodel import select

from api.rows import UserRow
from api.security import Tokens
from api.who import Role
from orchestrator import settings
from orchestrator.store.desk.users import StoredUsers
from orchestrator.store.engine import make_engine, transaction
from orchestrator.store.tables import User

app = typer.Typer()


@app.command()
def token(
    user: Annotated[str, typer.Argument(help="The id of an active user.")],
    hours: Annotated[float, typer.Option(min=0.01, max=24 * 365, help="How long it is valid, in real time.")] = 12,
) -> None:
    """Print a signed token for a user, in the role that the user has: `Authorization: Bearer …`."""
    given = settings.load()
    found, known = asyncio.run(_look_up(given.database_url.get_secret_value(), user))
    if found is None:
        typer.echo(f"There is no active user {user!r}. Active users: {', '.join(known) or 'none; load the sample with `dirigent people sample`'}.", err=True)
        raise typer.Exit(1)
    print(Tokens(given.signing_key.get_secret_value()).issue(found.id, Role(found.role), lifetime=timedelta(hours=hours)))


async def _look_up(url: str, user_id: str) -> tuple[UserRow | None, list[str]]:
    engine = make_engine(url)
    try:
        found = await StoredUsers(engine).find(user_id)
        async with transaction(engine) as session:
            known = await session.exec(select(User.id).where(User.active).order_by(User.id))
            return found, list(known)
    finally:
        await engine.dispose()
