"""Signing PINs as they are typed: at a prompt that does not show them, or from the environment, and never as an argument, which others could read."""

import os

import typer

VARIABLE = "DIRIGENT_PIN"
SHORTEST = 6
"""As in the API."""


def pin_of(user: str) -> str:
    """The user's PIN."""
    return os.environ.get(VARIABLE) or str(typer.prompt(f"Signing PIN of {user}", hide_input=True, err=True))


def new_pin_of(user: str) -> str:
    """A PIN that the user chooses, typed twice. Raises typer.BadParameter where it is too short."""
    pin = os.environ.get(VARIABLE) or str(typer.prompt(f"New signing PIN of {user}", hide_input=True, confirmation_prompt=True, err=True))
    if len(pin) < SHORTEST:
        raise typer.BadParameter(f"a signing PIN has at least {SHORTEST} characters", param_hint=VARIABLE)
    return pin
