"""How long activities may take and how they are tried again. Nothing inside an activity tries again by itself."""

from datetime import timedelta
from typing import Any

from temporalio.common import RetryPolicy

_FOR_EVER = RetryPolicy(initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(seconds=30))
"""A store that is down comes back; a run waits for it rather than fail."""

BRIEF: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=10), "retry_policy": _FOR_EVER}
"""One database transaction."""

DELIVERY: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30), "retry_policy": _FOR_EVER}
"""Two transactions around one conversation with a provider, whose own time-outs add up to less."""

PAGE: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=2), "retry_policy": _FOR_EVER}
"""A page of a sweep: as many short transactions as it has people."""


BATCH: dict[str, Any] = {"start_to_close_timeout": timedelta(minutes=5), "retry_policy": _FOR_EVER}
"""A few runs of an operation over many, one after the other."""
