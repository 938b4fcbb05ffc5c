"""On which side of the firewall a step's work is done."""

from journeys.definitions import Definition, EscalateStep, MedicalStep
from journeys.facts import Wall


def side_of(definition: Definition, step_id: str | None) -> Wall:
    """Medical for a hand-off and for an escalation about one; commercial for all else, a step that is not known included."""
    step = definition.steps.get(step_id or "")
    about = definition.steps.get(step.escalate.about) if isinstance(step, EscalateStep) else step
    return Wall.MEDICAL if isinstance(about, MedicalStep) else Wall.COMMERCIAL
