"""How an endpoint reaches what the app was built with: the ports of the house."""

from typing import Annotated

from fastapi import Depends, Request

from api.ports import Ports


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


House = Annotated[Ports, Depends(_ports)]
