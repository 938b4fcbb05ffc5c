"""Stopped and started again on the same data, Dirigent goes on where it stopped."""

from pathlib import Path

import httpx
import pytest

from orchestrator.embedded.runtime import Embedded
from tests.end_to_end.embedded_house import browser, invite, name, phone
from tests.end_to_end.house import link


@pytest.mark.timeout(300)
async def test_a_second_start_goes_on_with_every_run(short_tmp: Path) -> None:
    """A run that stood at a task, one in the middle of a wait, and a link that was mailed before: all of them work after the second start, under the
    same token, and what was done before is neither lost nor repeated."""
    settings = Embedded.on_free_ports(short_tmp / "twice").settings
    first = Embedded(settings)
    async with first, browser(first) as http:
        await invite(first, 2)
        rep = phone(first, http)
        at_task = await rep.enrol(await rep.person(name(0)), "pioneer")
        task = await rep.task(at_task, "first-visit")
        waiting = await rep.enrol(await rep.person(name(1)), "pioneer")
        await rep.complete(await rep.task(waiting, "first-visit"), "no_access", "remote")
        await rep.standing(waiting, "waiting", "invitation-answer")
        (mail,) = first.inbox.mails()

    second = Embedded(settings)
    async with second, browser(second) as http:
        rep = phone(second, http)
        done = await rep.complete(task, "interested", "face_to_face")
        assert done["next"]["step"] == "follow-up-mail"
        assert (await http.get(link(mail))).status_code == httpx.codes.FOUND
        await rep.task(waiting, "second-visit")
        await rep.complete(done["next"]["task"]["id"], "sent")
        await rep.standing(at_task, "waiting", "reading")
        assert [one.message["To"] for one in second.inbox.mails()] == [mail.message["To"], f"{name(0).lower()}@hcp.example"]
        assert len(await rep.all("/people", persona="pioneer")) == 4, "the sample is not loaded a second time"
