"""Ports of this machine: a free one, or the news that the wished one is taken."""

import socket

from orchestrator.embedded.errors import PortInUseError


def free() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def require(port: int, *, purpose: str, variable: str, host: str = "127.0.0.1") -> None:
    """Raise PortInUseError, naming the variable to change, when somebody listens on the port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a connection that lingers from the last run is no listener
        try:
            probe.bind((host, port))
        except OSError:
            raise PortInUseError(port, purpose=purpose, variable=variable) from None
