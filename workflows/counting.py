"""What a run drops of what it is told: a workflow counts through Temporal's meter, which does not count again when a history is replayed."""

from temporalio import workflow

METRIC = "dirigent_dropped"
FACT = "fact"


def count_dropped(reason: str) -> None:
    """A fact came to nothing: it was told before, is none of the run's business, or came after its end."""
    workflow.metric_meter().create_counter(METRIC, "What was dropped, by what it was and why.").add(1, {"what": FACT, "reason": reason})
