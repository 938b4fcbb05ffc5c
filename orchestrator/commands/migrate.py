"""`dirigent migrate`: brings the database to this release's schema. It may be run at every start, by several processes at once."""

import typer

from orchestrator import settings
from orchestrator.store.errors import StoreError
from orchestrator.store.migrations import migrate as migrate_database

app = typer.Typer()


@app.command()
def migrate() -> None:
    """Bring the database to this release's schema. Does nothing where it is there already."""
    try:
        applied = migrate_database(settings.load().database_url.get_secret_value())
    except StoreError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None
    typer.echo(f"migrated: {', '.join(applied)}" if applied else "the schema is up to date")
