"""The connection to Temporal. The API makes it lazily, so that it starts and reports its health also while Temporal is away."""

from dataclasses import replace

from temporalio.client import Client
from temporalio.converter import DataConverter
from temporalio.runtime import Runtime

from orchestrator.settings import Settings
from orchestrator.temporal.codec import Encryption
from orchestrator.temporal.payloads import PAYLOADS


def converter(settings: Settings) -> DataConverter:
    """Pydantic models as JSON, encrypted when a key is configured."""
    key = settings.payload_cipher_key
    return replace(PAYLOADS, payload_codec=Encryption(key)) if key is not None else PAYLOADS


async def connect(settings: Settings, *, lazy: bool, runtime: Runtime | None = None) -> Client:
    """A client of the configured namespace. A lazy one connects at its first call; a worker needs one that is connected."""
    key = settings.temporal_api_key
    return await Client.connect(
        settings.temporal_address,
        namespace=settings.temporal_namespace,
        data_converter=converter(settings),
        tls=settings.temporal_tls or key is not None,
        api_key=key.get_secret_value() if key is not None else None,
        lazy=lazy,
        runtime=runtime,
    )
