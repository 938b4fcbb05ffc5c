"""How an endpoint reaches what the app was built with: the ports of the house, and the library that journeys are published from."""

from collections.abc import Callable
from typing import Annotated

from fastapi import Depends, Request

from api.ports import Ports
from journeys.library import Library


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


def _shelf(request: Request) -> Callable[[], Library]:
    shelf: Callable[[], Library] = request.app.state.shelf
    return shelf


House = Annotated[Ports, Depends(_ports)]

Shelf = Annotated[Callable[[], Library], Depends(_shelf)]
"""Reads the library anew at each call: an author's latest text is what is judged. May raise LibraryError."""
