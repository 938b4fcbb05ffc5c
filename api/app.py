"""Builds the front desk from what the house gives it. Nothing happens at import, and nothing is looked up anywhere else."""

from collections.abc import Sequence
from typing import Any

from fastapi import APIRouter, Depends, FastAPI
from starlette.types import Lifespan

from api import problems, strict
from api.access import AccessLog
from api.limits import BodyLimit
from api.links import Links
from api.ports import Ports
from api.routers import (
    bulk_enrolments,
    call_reports,
    catalogue,
    consent_texts,
    consents,
    content,
    content_states,
    coverage,
    crm,
    definitions,
    enrolments,
    events,
    evidence,
    facts,
    facts_in,
    firewall,
    fulfilment,
    halts,
    health,
    inquiries,
    invitations,
    knowledge,
    lifecycles,
    markets,
    metrics,
    migrations,
    notifications,
    occasions,
    operations,
    organisations,
    people,
    preferences,
    recalls,
    repairs,
    replies,
    requests,
    safety_cases,
    safety_flags,
    seeing,
    tasks,
    touches,
    unsubscribe,
    users,
    webhooks,
    why,
)
from api.security import Tokens

_DESCRIPTION = """\
Runs the engagement strategy that sales, marketing and medical agreed on, one durable journey for each healthcare professional.

Every request but health, the links in e-mails and the answers of other systems, which are signed themselves, carries a signed bearer token. Every refusal
is an `application/problem+json` document (RFC 9457) with a stable `code`. A command carries an `Idempotency-Key`: asking again with the same key is safe.
"""
_TAGS = [
    {"name": "tasks", "description": "What waits for a human, and the five commands."},
    {"name": "people", "description": "Who is in one's territory, and their story."},
    {"name": "organisations", "description": "Where people work, and how reps are received there."},
    {"name": "notifications", "description": "Lines for a colleague, with nothing to be done."},
    {"name": "enrolments", "description": "One HCP in one journey."},
    {"name": "bulk enrolments", "description": "Many HCPs in one journey: counted, let go, paced."},
    {"name": "inquiries", "description": "An HCP's own questions to medical."},
    {"name": "safety", "description": "Adverse events and the like, and the words that hint at them."},
    {"name": "consents", "description": "What a person allowed and took back."},
    {"name": "definitions", "description": "The engagement strategies, from draft to retirement."},
    {"name": "catalogue", "description": "What conditions may name, for editors."},
    {"name": "content", "description": "Approved content and its state."},
    {"name": "markets", "description": "The rules of each market, and setting them while journeys run."},
    {"name": "why", "description": "Why somebody got something or did not, check by check."},
    {"name": "facts", "description": "What is heard of a touch."},
    {"name": "invitations", "description": "Invitations that are changed after they were sent."},
    {"name": "touches", "description": "What was sent, what became of it, and its copies."},
    {"name": "facts in", "description": "What providers told of messages, also where nobody could place it."},
    {"name": "call reports", "description": "Calls that a CRM reports."},
    {"name": "crm", "description": "Records of ours at a CRM."},
    {"name": "replies", "description": "What people write back."},
    {"name": "webhooks", "description": "Where providers tell it, each by its own proof."},
    {"name": "users", "description": "What users change of their own."},
    {"name": "events", "description": "What other systems report of people."},
    {"name": "requests", "description": "What other systems answer."},
    {"name": "halts", "description": "Pauses and stops, by scope."},
    {"name": "operations", "description": "Acts on many runs, one after the other."},
    {"name": "migrations", "description": "Moving people from one version of a journey to another."},
    {"name": "repairs", "description": "Runs in trouble, and what is done about them."},
    {"name": "links", "description": "What a recipient reaches without signing in."},
    {"name": "health", "description": "Whether the process lives and can serve, and what it has dropped."},
]


def create_app(
    ports: Ports,
    *,
    signing_key: str,
    version: str,
    lifespan: Lifespan[FastAPI] | None = None,
    more: Sequence[APIRouter] = (),
    away: Sequence[type[Exception]] = (),
) -> FastAPI:
    """The application. `more` are routers of the house itself, such as the embedded inbox; `away` are the
    errors of the ports that mean no more than that something does not answer now."""
    app = FastAPI(
        title="Dirigent",
        summary="Engagement strategies that run.",
        description=_DESCRIPTION,
        version=version,
        openapi_tags=_TAGS,
        docs_url=None,  # the page that comes with FastAPI loads its scripts from elsewhere; the house mounts one that does not
        redoc_url=None,
        lifespan=lifespan,
        generate_unique_id_function=lambda route: route.name,
    )
    app.state.ports = ports
    app.state.tokens, app.state.links = Tokens(signing_key), Links(signing_key)
    problems.install(app, away=away)
    app.add_middleware(BodyLimit)
    app.add_middleware(AccessLog)
    by_links = (unsubscribe.router, preferences.router, invitations.router)
    by_signature = (requests.router, safety_cases.answers, content_states.router, webhooks.router)
    for router in (_signed(), *by_links, *by_signature, health.router, metrics.router, *more):
        app.include_router(router)
    _describe_problems(app)
    app.state.parameters = strict.known_parameters(app)
    return app


def _signed() -> APIRouter:
    """Everything under /api/v1 is for those who are signed in."""
    router = APIRouter(prefix="/api/v1", dependencies=[Depends(strict.known_only)])
    of_people = (people, organisations, knowledge, consents, consent_texts, evidence, tasks, notifications, why)
    of_medical = (inquiries, fulfilment, coverage, firewall, safety_cases, safety_flags)
    of_journeys = (catalogue, definitions, lifecycles, seeing, enrolments, bulk_enrolments, content, recalls, facts, events, occasions)
    of_others = (facts_in, call_reports, replies, crm)
    of_operators = (halts, operations, migrations, repairs, users, touches, markets)
    for noun in (*of_people, *of_medical, *of_journeys, *of_others, *of_operators):
        router.include_router(noun.router)
    return router


def _describe_problems(app: FastAPI) -> None:
    """OpenAPI as FastAPI draws it, with the schema of problems in place of the one for its own validation errors."""
    draw = app.openapi

    def described() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = draw()
            schemas = schema.setdefault("components", {}).setdefault("schemas", {})
            schemas |= _problem_schemas()
            for unused in ("HTTPValidationError", "ValidationError"):
                schemas.pop(unused, None)
            _replace_validation_errors(schema)
        return app.openapi_schema or draw()

    app.openapi = described  # type: ignore[method-assign]  # the way FastAPI documents to extend OpenAPI


def _problem_schemas() -> dict[str, Any]:
    drawn = problems.ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}", mode="serialization")
    return {**drawn.pop("$defs"), "ProblemDetails": drawn}


def _replace_validation_errors(schema: dict[str, Any]) -> None:
    for path in schema["paths"].values():
        for operation in path.values():
            answers = operation["responses"]
            if "422" in answers and "application/json" in answers["422"].get("content", {}):
                answers["422"] = problems.responses(422)[422]
