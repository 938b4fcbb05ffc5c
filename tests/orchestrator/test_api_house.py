"""What the house adds around the API: its reference page, its health, its log-ins and the pages of the embedded inbox."""

from collections.abc import AsyncIterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from temporalio.client import Client
from typer.testing import CliRunner

from api.security import Tokens
from api.who import Role
from orchestrator.commands import token
from orchestrator.embedded.inbox import Inbox
from orchestrator.settings import Settings
from orchestrator.store.engine import make_engine
from orchestrator.temporal.client import connect
from orchestrator.wiring_api import make_api
from tests.orchestrator.store.desk.filling import a_run, a_task, add, the_world

KEY = "a-signing-key-for-tests-of-32-chars"


def settings_of(database: str, **changes: str) -> dict[str, str]:
    told = {"database_url": database, "temporal_address": "127.0.0.1:1", "smtp_host": "localhost", "mail_from": "a@b.example", "mail_domain": "b.example"}
    return {**told, "public_url": "http://dirigent.test", "signing_key": KEY, "embedded": "true", "message_gateways": "sms=sms.gateway.example", **changes}


@pytest_asyncio.fixture
async def http(database: str, engine: AsyncEngine, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """The whole API over a real database; Temporal is away."""
    settings = Settings.model_validate(settings_of(database, inbox_dir=str(tmp_path)))
    async with _client(make_api(settings, engine, await connect(settings, lazy=True))) as client:
        yield client


def _client(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://dirigent.test")


async def test_the_reference_page_loads_nothing_from_elsewhere(http: httpx.AsyncClient) -> None:
    """Its script, its style and its picture are ours."""
    page = (await http.get("/docs")).text
    assert "https://" not in page
    for file in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/assets/{file}" in page
        assert (await http.get(f"/docs/assets/{file}")).status_code == 200


async def test_health_tells_which_part_is_away(http: httpx.AsyncClient) -> None:
    """The database answers, Temporal does not."""
    answer = await http.get("/health/ready")
    assert (answer.status_code, list(answer.json()["troubles"])) == (503, ["temporal"])


async def test_a_database_that_is_away_is_no_mistake_of_ours(tmp_path: Path) -> None:
    """Whoever asks while it restarts is told to ask again, with 503 and not with 500."""
    nowhere = "postgresql+psycopg://nobody@127.0.0.1:1/nothing"
    settings = Settings.model_validate(settings_of(nowhere, inbox_dir=str(tmp_path)))
    engine = make_engine(nowhere)
    token_of_anna = Tokens(KEY).issue("rep-anna", Role.REP, lifetime=timedelta(hours=1))
    async with _client(make_api(settings, engine, await connect(settings, lazy=True))) as client:
        answer = await client.get("/api/v1/tasks", headers={"Authorization": f"Bearer {token_of_anna}"})
    await engine.dispose()
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "unavailable", "2")


async def test_a_temporal_that_is_away_is_no_mistake_of_ours(http: httpx.AsyncClient, engine: AsyncEngine) -> None:
    """Also where this process never reached it: its client is still to connect when the first command comes."""
    await the_world(engine)
    await a_run(engine)
    await add(engine, a_task())
    headers = {"Authorization": f"Bearer {Tokens(KEY).issue('user-rep', Role.REP, lifetime=timedelta(hours=1))}", "Idempotency-Key": "a-key"}
    answer = await http.post("/api/v1/tasks/enr1.first-visit.1/complete", json={"outcome": "interested", "channel": "remote"}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_no_link_that_somebody_made_up_makes_the_house_stumble(http: httpx.AsyncClient) -> None:
    """Whoever asks, without signing in: it is no link of ours."""
    for link in ("/u/%00", "/p/a%00b", "/c/%00", "/a/%00", "/t/%00", "/t/a%00b/study", "/u/%ed%a0%80", "/p/" + "x" * 3000):
        assert (await http.get(link)).status_code == 404, link
        if not link.startswith("/t/"):
            assert (await http.post(link)).status_code == 404, link


async def test_health_is_well_when_both_answer(database: str, engine: AsyncEngine, temporal_client: Client) -> None:
    """With a real Temporal."""
    async with _client(make_api(Settings.model_validate(settings_of(database)), engine, temporal_client)) as client:
        assert (await client.get("/health/ready")).json() == {"status": "ready", "troubles": {}}
        assert (await client.get("/inbox")).status_code == 404


async def test_a_mail_is_shown_where_it_can_do_nothing(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """The list, the page with the HTML part in a sandbox, and the same for programs."""
    mail = EmailMessage()
    mail["Message-ID"], mail["From"], mail["To"], mail["Subject"] = "<1@b.example>", "a@b.example", "c@d.example", "<b>Hello</b>"
    mail.set_content("Read this.")
    mail.add_alternative("<p onclick=\"alert('x')\">Read this.</p>", subtype="html")
    file = Inbox(tmp_path).keep(mail.as_bytes())
    assert "&lt;b&gt;Hello&lt;/b&gt;" in (await http.get("/inbox")).text
    page = (await http.get(f"/inbox/{file.stem}")).text
    assert '<iframe sandbox title="The HTML part" srcdoc="&lt;p onclick=' in page
    (told,) = (await http.get("/inbox/messages.json")).json()
    assert (told["to"], told["message_id"], told["text"].strip()) == ("c@d.example", "<1@b.example>", "Read this.")
    assert (await http.get("/inbox/../../etc/passwd")).status_code == 404
    assert (await http.get("/inbox/unheard-of")).status_code == 404


async def test_what_went_to_a_gateway_is_shown_as_what_it_is(http: httpx.AsyncClient, tmp_path: Path) -> None:
    """A mail to the gateway of SMS is an SMS to the number, without a subject or HTML; an invitation shows its calendar part."""
    text, invitation = EmailMessage(), EmailMessage()
    text["Message-ID"], text["To"] = "<2@b.example>", "46701740605@sms.gateway.example"
    text.set_content("Hej! Avsluta sms: https://dirigent.example/u/abcdefghijklm")
    invitation["Message-ID"], invitation["To"], invitation["Subject"] = "<3@b.example>", "c@d.example", "A webinar"
    invitation.set_content("Come.")
    invitation.add_alternative("<p>Come.</p>", subtype="html")
    invitation.add_alternative("BEGIN:VCALENDAR", subtype="calendar", params={"method": "REQUEST"})
    sms, mail = (Inbox(tmp_path).keep(message.as_bytes()) for message in (text, invitation))
    page = (await http.get("/inbox")).text
    assert "<td>SMS<td>+46701740605<td>" in page
    assert "Hej! Avsluta sms: https://dirigent.example" in page
    assert "<th>SMS to<td>+46701740605" in (await http.get(f"/inbox/{sms.stem}")).text
    assert "<pre>BEGIN:VCALENDAR" in (await http.get(f"/inbox/{mail.stem}")).text
    told = (await http.get("/inbox/messages.json")).json()
    assert {(one["channel"], one["to"], one["html"], one["invitation"].strip()) for one in told} == {
        ("sms", "+46701740605", "", ""),
        ("email", "c@d.example", "<p>Come.</p>\n", "BEGIN:VCALENDAR"),
    }


@pytest.mark.parametrize(("user", "code"), [("user-msl", 0), ("nobody", 1)])
def test_a_token_is_for_an_active_user_in_their_role(user: str, code: int, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody else is told who there is."""
    import asyncio  # noqa: PLC0415 - the command runs a loop of its own

    async def fill() -> None:
        engine = make_engine(database)
        await the_world(engine)
        await engine.dispose()

    asyncio.run(fill())
    for name, value in settings_of(database).items():
        monkeypatch.setenv(f"DIRIGENT_{name.upper()}", value)
    result = CliRunner().invoke(token.app, [user])
    assert result.exit_code == code
    if code == 0:
        who = Tokens(KEY).read(result.stdout.strip())
        assert (who.id, who.role) == ("user-msl", "msl")
    else:
        assert "user-rep" in result.stderr
