"""`dirigent journeys`: judge strategies and draw them, before anyone runs them, lead each version through its life, and tell the language."""

import typer

from orchestrator.commands.journeys import judging, living, reading, rehearsing, telling

app = typer.Typer(no_args_is_help=True, help="Check, draw, sign and publish engagement strategies.")
for part in (judging, rehearsing, telling, living, reading):
    app.add_typer(part.app)
