"""The story that the product is for, through the API alone: visits, the e-mails that continue them, the HCP's own question, and the nurse's guide."""

from tests.end_to_end.house import House, link, text_of

ALVA = "alva.tallmark@norrviken.example"


async def test_a_visit_leads_to_an_email_whose_click_leads_to_the_next_visit(house: House) -> None:
    """Each answer tells the next step, the mail arrives once with its text and HTML, and the click brings the second visit at once."""
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    done = await anna.complete(await anna.task(run, "first-visit"), "interested", "face_to_face")
    assert (done["next"]["step"], done["next"]["task"]["kind"]) == ("follow-up-mail", "email")
    done = await anna.complete(done["next"]["task"]["id"], "sent")
    assert (done["next"]["doing"], done["next"]["step"]) == ("waiting", "reading")

    (mail,) = await house.mails(ALVA)
    assert "Tallmark" in text_of(mail)
    assert mail.message.get_content_type() == "multipart/alternative"
    clicked = await house.public.get(link(mail))
    assert (clicked.status_code, clicked.headers["location"]) == (302, "https://www.cardiolex.example/evidence")

    brief = await anna.get(f"/tasks/{await anna.task(run, 'second-visit')}")
    assert (brief["title"], brief["status"]) == ("Second visit, on the right patients", "open")
    story = [(line["what"], line["step"], line["way"]) for line in await anna.story(run)]
    assert story == [
        ("began", None, None),
        ("task_closed", "first-visit", "interested"),
        ("moved", "first-visit", "interested"),
        ("task_closed", "follow-up-mail", "sent"),
        ("sent", "follow-up-mail", None),
        ("moved", "follow-up-mail", "sent"),
        ("heard", "follow-up-mail", "clicked"),
        ("moved", "reading", "clicked"),
    ]


async def test_a_question_reaches_medical_and_only_its_status_comes_back(house: House) -> None:
    """The MSL reads the words and answers; the rep reads status and dates, in the inquiry and in the timeline, and the journey goes on. What the MSL
    heard beside it reaches the safety inbox and drug safety, who takes it over."""
    anna, karin = house.desk("rep-anna"), house.desk("msl-karin")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    asked = {"person_id": alva, "product": "cardiolex", "question": "Is there experience in dialysis?", "safety": {"answer": "none"}, "unsolicited": True}
    inquiry = (await anna.post("/inquiries", asked))["id"]
    await anna.complete(await anna.task(run, "first-visit"), "wants_data", "remote", inquiry_id=inquiry)

    task = await karin.task(run, "question-for-medical")
    assert (await karin.get(f"/inquiries/{inquiry}"))["question"] == "Is there experience in dialysis?"
    await karin.post(f"/inquiries/{inquiry}/take", {})
    await karin.post(f"/inquiries/{inquiry}/answer", {"answer": "Two cohorts include it.", "safety": {"answer": "none"}})
    heard = {"answer": "yes", "kind": "off_label_use", "words": "He has two patients on dialysis on it."}
    await karin.complete(task, "answered", remark="Sent both cohort papers.", safety=heard)

    told = await anna.get(f"/inquiries/{inquiry}")
    assert told["status"] == "answered"
    assert told["taken_at"] <= told["closed_at"]
    assert not {"question", "answer", "answered_by"} & set(told)
    assert (await anna.task(run, "second-visit")).startswith(run)
    seen = (await anna.ask("GET", f"/people/{alva}/timeline")).text
    assert "answered" in seen
    assert "dialysis" not in seen
    assert "cohort" not in seen

    (mail,) = await house.mails("safety@dirigent.test")
    elin = house.desk("safety-elin")
    (case,) = await elin.all("/safety-cases", standing="open")
    assert (case["id"] in mail.message["Subject"], "dialysis" in mail.message.as_string(), case["person_id"]) == (True, False, alva)
    assert [line["words"] for line in (await elin.get(f"/safety-cases/{case['id']}"))["lines"]] == [heard["words"]]
    assert (await elin.post(f"/safety-cases/{case['id']}/acknowledge", {}))["status"] == "acknowledged"


async def test_the_nurse_in_the_care_team_gets_the_guide(house: House) -> None:
    """Once the physician decides to try, the letter goes to the nurse's own address under the nurse's own consent."""
    anna = house.desk("rep-anna")
    run = await anna.enrol(await anna.person("Tallmark"), "pioneer")
    done = await anna.complete(await anna.task(run, "first-visit"), "interested", "face_to_face", choose="phone-call")
    done = await anna.complete(done["next"]["task"]["id"], "agreed_to_meet", "phone")
    done = await anna.complete(done["next"]["task"]["id"], "will_try", "remote")
    assert (done["next"]["doing"], done["next"]["step"]) == ("waiting", "first-patients")
    await house.mails("saga.mossfalt@norrviken.example")
    assert house.mails_to(ALVA) == []


async def test_another_persona_at_the_door_goes_on_in_that_personas_strategy(house: House) -> None:
    """The rep corrects the persona with a reason; the run ends and the other strategy begins with the same rep."""
    anna = house.desk("rep-anna")
    alva = await anna.person("Tallmark")
    run = await anna.enrol(alva, "pioneer")
    met = {"is": "traditional", "reason": "Trusts the habit of twenty years."}
    done = await anna.complete(await anna.task(run, "first-visit"), "neutral", "face_to_face", persona=met, choose="switch-strategy", safety={"answer": "none"})
    assert done["next"]["doing"] == "ended"
    assert (await anna.get(f"/people/{alva}"))["commercial"]["persona"] == "traditional"
    (following,) = await anna.all("/enrolments", person=alva, journey="traditional")
    assert following["conductor"] == "rep-anna"
    await anna.task(following["id"], "introduction-visit")


async def test_a_run_is_ended_by_hand_once(house: House) -> None:
    """What was open is taken back, the reason stands in the story, and the next command learns that the run has ended."""
    anna = house.desk("rep-anna")
    run = await anna.enrol(await anna.person("Tallmark"), "pioneer")
    task = await anna.task(run, "first-visit")
    leaving = {"reason": "moved_away", "remark": "Works in another country from May.", "safety": {"answer": "none"}}
    assert (await anna.post(f"/enrolments/{run}/exit", leaving))["next"]["doing"] == "ended"
    assert (await anna.get(f"/tasks/{task}"))["status"] == "cancelled"
    (end,) = [line for line in await anna.story(run) if line["what"] == "ended"]
    assert (end["to"], end["reason"], end["by"], end["remark"]) == ("left", "moved_away", "rep-anna", leaving["remark"])
    again = await anna.refused(f"/enrolments/{run}/exit", leaving)
    assert (again.status, again.code) == (409, "ended")
    late = await anna.refused(f"/tasks/{task}/complete", {"outcome": "interested", "channel": "remote"})
    assert (late.status, late.code) == (409, "ended")
