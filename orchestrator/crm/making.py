"""The CRM that the settings name, and the exchange with it."""

from collections.abc import Mapping
from typing import assert_never

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from activities.ports import Clock
from journeys.calls import CallWords
from orchestrator.crm.accounts import Salesforce, Veeva
from orchestrator.crm.exchange import Exchange
from orchestrator.crm.port import Crm
from orchestrator.crm.salesforce import SalesforceCrm
from orchestrator.crm.veeva import VeevaCrm
from orchestrator.store.crm.arrivals import StoredArrivals


def make_crm(account: Veeva | Salesforce, client: httpx.AsyncClient) -> Crm:
    """The adapter of the account's vendor."""
    match account:
        case Veeva():
            return VeevaCrm(account, client)
        case Salesforce():
            return SalesforceCrm(account, client)
        case _:
            assert_never(account)


def make_exchange(account: Veeva | Salesforce, client: httpx.AsyncClient, *, words: Mapping[str, CallWords], engine: AsyncEngine, clock: Clock) -> Exchange:
    """What a worker does about the CRM. `words` is how calls are read, by source."""
    crm = make_crm(account, client)
    arrivals = StoredArrivals(engine, account.name, words.get(account.name, CallWords()))
    return Exchange(engine, account.name, crm, arrivals, clock, since=account.since)
