"""The connection to Temporal. The API makes it lazily, so that it starts and reports its health also while Temporal is away."""

from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from orchestrator.settings import Settings


async def connect(settings: Settings, *, lazy: bool) -> Client:
    """A client of the configured namespace. A lazy one connects at its first call; a worker needs one that is connected."""
    key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=pydantic_data_converter,
        tls=settings.temporal_tls or key is not None,
        api_key=key.get_secret_value() if key is not None else None,
        lazy=lazy,
    )
