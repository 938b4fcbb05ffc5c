"""The subcommands of `dirigent`: one module each, named as it is typed, with a typer `app`; it is imported only when it is called."""
