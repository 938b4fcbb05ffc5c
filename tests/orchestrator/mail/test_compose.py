"""From approved content to one message for one person: tokens are filled in safely, and nothing else happens to the text that was approved."""

from datetime import timedelta
from typing import Any

import pytest

from activities.ports import Message
from api.links import Links
from journeys.choosing import Chosen
from journeys.content import ContentVersion, Letter
from journeys.definitions import ContentRef
from journeys.library import PACKAGED, read_library
from journeys.loading.letters import OWN
from orchestrator.mail.compose import Addressee, CannotComposeError, Composer, Occasion, Selection
from orchestrator.mail.links import MailLinks
from orchestrator.mail.mime import written
from orchestrator.mail.moments import in_words
from tests.builders import NOW, a_content, a_letter

KEY = "enr1.follow-up.1"
LINKS = Links("k" * 32)
OCCASION = Occasion(KEY, NOW + timedelta(days=3, hours=4), NOW + timedelta(days=3, hours=5))
ADA = Addressee(given_name="Ada", family_name="Berg", salutation="Dr", address="ada@clinic.example", languages=("sv", "en"))


def a_composer(public_url: str = "https://dirigent.example") -> Composer:
    return Composer(MailLinks(LINKS, public_url=public_url), sender="no-reply@dirigent.example", domain="mail.example")


def compose(
    person: Addressee = ADA, *, key: str = KEY, public_url: str = "https://dirigent.example", languages: tuple[str, ...] = ("en",), **letter: str
) -> Message:
    """A letter with these parts, in each of the languages, filled in for the person."""
    letters = {language: a_letter(**letter) for language in languages}
    content = ContentVersion.model_validate(a_content(letters=letters, links={"study": "https://study.example"}))
    return a_composer(public_url).compose(key, content=content, to=person, rep="Rut Rask")


def called(**names: Any) -> Addressee:
    told: dict[str, Any] = {"given_name": "Ada", "family_name": "Berg", "salutation": "Dr", "address": "ada@clinic.example", "languages": ("en",)}
    return Addressee(**{**told, **names})


def test_every_token_is_filled_in() -> None:
    """Reader, rep, links and the way to unsubscribe, in subject, text and HTML alike."""
    tokens = "{{ hcp.salutation }}|{{ hcp.given_name }}|{{ hcp.family_name }}|{{ rep.name }}|{{ links.study }}|{{ unsubscribe }}"
    message = compose(subject=tokens, text=tokens, html=tokens)
    click, stop = f"https://dirigent.example/t/{LINKS.click(KEY, 'study')}", f"https://dirigent.example/u/{LINKS.unsubscribe(KEY)}"
    assert message.subject == message.text == message.html == f"Dr|Ada|Berg|Rut Rask|{click}|{stop}"
    assert (message.key, message.sender, message.to, message.language) == (KEY, "no-reply@dirigent.example", "ada@clinic.example", "en")


def test_the_minimum_information_is_that_of_the_readers_market() -> None:
    """Its token becomes the block of the market, in the letter's language; without a block nothing is composed."""
    blocks = {market: {"legible": True, "texts": {"en": f"<5 mg> for {market}"}} for market in ("SE", "UK")}
    token = "{{ minimum_information }}"
    content = ContentVersion.model_validate(
        a_content(letters={"en": a_letter(text=token, html=token)}, approval={"id": "1", "expires": "2030-01-01T00:00:00Z", "minimum_information": blocks})
    )
    message = a_composer().compose(KEY, content=content, to=called(market="UK"), rep=None)
    assert (message.text, message.html) == ("<5 mg> for UK", "&lt;5 mg&gt; for UK")
    with pytest.raises(CannotComposeError):
        a_composer().compose(KEY, content=content, to=called(market="US"), rep=None)


def test_a_name_is_text_and_never_markup() -> None:
    """In HTML it is escaped, in the text and the subject it stands as it is spelt."""
    person = called(family_name="O'Brien <b>&\"", salutation="Dr")
    message = compose(person, subject="{{ hcp.family_name }}", text="{{ hcp.family_name }}", html="<i title='{{ hcp.family_name }}'>{{ hcp.family_name }}</i>")
    assert message.subject == message.text == "O'Brien <b>&\""
    escaped = "O&#39;Brien &lt;b&gt;&amp;&#34;"
    assert message.html == f"<i title='{escaped}'>{escaped}</i>"


def test_a_name_is_text_and_never_a_template() -> None:
    """What looks like a token in a name is not filled in."""
    message = compose(called(family_name="{{ unsubscribe }}{% raw %}"), text="Dear {{ hcp.family_name }}")
    assert message.text == "Dear {{ unsubscribe }}{% raw %}"


@pytest.mark.parametrize("name", ["Berg\r\nBcc: all@clinic.example", "Berg\nSubject: x", "Berg\u2028x", "Berg\x0b\x0cx\x85y", "  Berg\t\tx "])
def test_a_name_stays_in_its_line(name: str) -> None:
    """A line break in a name becomes a space, so it makes neither a header nor a line of its own."""
    message = compose(called(family_name=name), subject="Dear {{ hcp.family_name }}", text="Dear {{ hcp.family_name }}")
    assert message.subject == message.text == f"Dear {' '.join(name.split())}"
    head, _, _ = written(message, at=NOW).partition(b"\r\n\r\n")
    assert not [line for line in head.split(b"\r\n") if line.lower().startswith(b"bcc")]
    assert head.count(b"\r\nSubject:") == 1


@pytest.mark.parametrize("salutation", [None, "", "  "])
def test_a_reader_without_a_salutation_is_called_by_name(salutation: str | None) -> None:
    """It reads "Dear Ada Berg", with no gap where the salutation would stand."""
    message = compose(called(salutation=salutation), text="Dear {{ hcp.salutation }} {{ hcp.family_name }},")
    assert message.text == "Dear Ada Berg,"


@pytest.mark.parametrize(
    ("prefers", "has", "language"),
    [
        (("sv", "en"), ("en", "sv"), "sv"),
        (("sv", "en"), ("en",), "en"),
        (("en", "sv"), ("en", "sv"), "en"),
        (("fi", "sv"), ("no", "sv"), "sv"),
    ],
)
def test_the_first_language_that_there_is_is_taken(prefers: tuple[str, ...], has: tuple[str, ...], language: str) -> None:
    """In the reader's order, and the header says which it was."""
    message = compose(called(languages=prefers), languages=has)
    assert (message.language, message.headers["Content-Language"]) == (language, language)


@pytest.mark.parametrize("prefers", [("fi",), ()])
def test_without_a_common_language_there_is_no_message(prefers: tuple[str, ...]) -> None:
    """A letter in a language that the market does not have is not sent in its stead."""
    with pytest.raises(CannotComposeError, match="hf-dialogue@2 has no letter"):
        compose(called(languages=prefers), languages=("en", "no"))


@pytest.mark.parametrize("public_url", ["https://dirigent.example", "https://dirigent.example/", "http://127.0.0.1:8000/"])
def test_one_click_stops_the_mails(public_url: str) -> None:
    """RFC 8058: the headers that mail programs look for, and behind them the very address that the reader finds in the letter."""
    message = compose(public_url=public_url, text="Stop: {{ unsubscribe }}", html='<a href="{{ unsubscribe }}">Stop</a>')
    address = f"{public_url.rstrip('/')}/u/{LINKS.unsubscribe(KEY)}"
    assert message.headers["List-Unsubscribe"] == f"<{address}>"
    assert message.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert (message.text, message.html) == (f"Stop: {address}", f'<a href="{address}">Stop</a>')


def test_links_name_the_touch_and_nobody() -> None:
    """No address and no name in any link; what comes back leads to the touch alone."""
    message = compose(text="{{ unsubscribe }} {{ links.study }}")
    stop, click = (link.rpartition("/")[2] for link in message.text.split())
    assert LINKS.read_unsubscribe(stop) == KEY
    assert LINKS.read_click(click) == (KEY, "study")
    assert "ada" not in message.text.lower().replace("dirigent", "")


def test_the_message_id_is_drawn_from_the_key_alone() -> None:
    """The same touch has the same id whoever it goes to and whatever it says; another touch another; and nobody can read the key in it."""
    ids = {compose().message_id, compose(called(family_name="Ek"), text="{{ unsubscribe }}").message_id, a_composer().message_id(KEY)}
    assert len(ids) == 1
    assert compose(key="enr1.follow-up.2").message_id not in ids
    assert ids.pop().endswith("@mail.example>")
    assert "enr1" not in compose().message_id


def test_composing_again_gives_the_same_message() -> None:
    """Nothing in it depends on the moment, so a message that is offered again is the same message."""
    assert compose() == compose()


@pytest.mark.parametrize("part", ["subject", "text", "html"])
@pytest.mark.parametrize(
    "template",
    [
        "{{ hcp.nickname }}",
        "{{ nobody }}",
        "{{ links.other }}",
        "{{ hcp.given_name",
        "{% if %}",
        "{{ hcp.given_name / 2 }}",
        "{{ 1 / 0 }}",
        "{{ range(10000000) | list }}",
        "{% include 'x' %}",
        "{{ hcp.given_name.nothing() }}",
    ],
)
def test_a_letter_that_cannot_be_filled_in_is_no_message(part: str, template: str) -> None:
    """A token without a value, and whatever else goes wrong in a template, is one error that names the content."""
    letter: dict[str, Any] = {part: template}
    with pytest.raises(CannotComposeError, match="hf-dialogue@2"):
        compose(**letter)


@pytest.mark.parametrize(
    "template",
    [
        "{{ hcp.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ hcp.given_name.__init__.__globals__ }}",
        "{{ lipsum.__globals__ }}",
        "{{ cycler.__init__.__globals__.os.system('true') }}",
        "{{ '{0.__class__.__base__}'.format(hcp) }}",
        "{{ hcp.update({'family_name': 'x'}) }}",
        "{{ hcp.clear() }}",
        "{{ self._TemplateReference__context }}",
    ],
)
def test_a_template_reaches_nothing_but_its_tokens(template: str) -> None:
    """Neither Python's insides nor a change of what it was given."""
    with pytest.raises(CannotComposeError):
        compose(text=template)


def test_the_words_that_were_approved_are_left_alone() -> None:
    """Blank lines, indents and the line at the end are as review saw them."""
    text = "Dear {{ hcp.family_name }},\n\n  first\n\nsecond \n"
    assert compose(text=text).text == text.replace("{{ hcp.family_name }}", "Berg")


def a_text(text: str = "Hi {{ hcp.family_name }}: {{ links.study }} Stop: {{ unsubscribe }}", **changes: Any) -> ContentVersion:
    told = {"made_for": "sms", "texts": {"en": text}, "links": {"study": "https://study.example"}}
    return ContentVersion.model_validate(a_content("hf-text@1", **{**told, **changes}))


def test_a_text_is_short_and_plain() -> None:
    """No subject, no HTML, and links that name the touch by thirteen letters instead of a signed token."""
    message = a_composer().compose(KEY, content=a_text(), to=called(address="+46701740605"), rep=None, channel="sms")
    code = LINKS.code(KEY)
    assert message.text == f"Hi Berg: https://dirigent.example/t/{code}/study Stop: https://dirigent.example/u/{code}"
    assert (message.to, message.subject, message.html, message.headers, message.code) == ("+46701740605", None, None, {}, code)
    assert (len(code), code.isalnum(), code.islower()) == (13, True, True)
    assert LINKS.code("enr1.follow-up.2") != code


@pytest.mark.parametrize(
    ("content", "channel"), [(a_text(), "email"), (ContentVersion.model_validate(a_content()), "sms")], ids=["a text by mail", "a letter by SMS"]
)
def test_words_for_one_channel_do_not_go_by_another(content: ContentVersion, channel: str) -> None:
    """A letter is no text and a text no letter."""
    with pytest.raises(CannotComposeError, match=r"has no (letter|text) in en"):
        a_composer().compose(KEY, content=content, to=called(), rep=None, channel=channel)


def test_an_invitation_tells_the_time_where_the_reader_is() -> None:
    """In the reader's zone and words; the two answers lead to links of their own, and the calendar part names the same touch."""
    words = "{{ event.starts }}|{{ answer.accept }}|{{ answer.decline }}"
    content = ContentVersion.model_validate(a_content(letters={"sv": a_letter(text=words)}))
    person = called(languages=("sv",), country="SE", zone="Europe/Stockholm")
    message = a_composer().compose(KEY, content=content, to=person, rep="Rut Rask", occasion=OCCASION)
    starts, accept, decline = message.text.split("|")
    assert starts == "torsdag 4 mars 2027, 14:00 (centraleuropeisk normaltid)"
    assert [LINKS.read_answer(link.rpartition("/a/")[2]) for link in (accept, decline)] == [(KEY, "accepted"), (KEY, "declined")]
    assert message.invitation is not None
    assert (message.invitation.starts, message.invitation.ends, message.invitation.organiser) == (OCCASION.starts, OCCASION.ends, "Rut Rask")
    assert message.message_id == f"<{message.invitation.uid}>"


@pytest.mark.parametrize(
    ("zone", "language", "country", "words"),
    [
        ("Europe/London", "en", "GB", "Thursday, 4 March 2027, 13:00 (Greenwich Mean Time)"),
        ("America/New_York", "en", "US", "Thursday, March 4, 2027, 8:00\u202fAM (Eastern Standard Time)"),
        ("Asia/Kathmandu", "xx", None, "Thursday, 4 March 2027, 18:45 (GMT+05:45)"),
    ],
)
def test_a_moment_is_told_as_its_reader_would(zone: str, language: str, country: str | None, words: str) -> None:
    """In the order of day and month that the country has; a language that nobody knows is told in English."""
    assert in_words(OCCASION.starts, zone=zone, language=language, country=country) == words


def test_a_letter_that_answers_nothing_is_refused() -> None:
    """The tokens of an invitation have no value in a letter that invites to nothing."""
    with pytest.raises(CannotComposeError, match="event"):
        compose(text="{{ event.starts }}")


def _letters() -> list[tuple[ContentVersion, str, Letter]]:
    contents = read_library(PACKAGED).contents.values()
    return [(content, language, letter) for content in contents for language, letter in content.letters.items()]


@pytest.mark.parametrize(("content", "language", "letter"), _letters(), ids=lambda value: getattr(value, "title", value) if isinstance(value, str) else "")
def test_every_letter_of_the_library_can_be_sent(content: ContentVersion, language: str, letter: Letter) -> None:
    """Filled in for a reader without a salutation it has no gap, no token left over, and a way to stop the mails in both parts."""
    person = called(salutation=None, languages=(language,))
    own = {token: f"https://x.example/{token}" for token in OWN.get(content.purpose, ())}
    message = a_composer().compose(KEY, content=content, to=person, rep="Rut Rask", occasion=OCCASION, values=own)
    subject, html = message.subject or "", message.html or ""
    for part in (subject, message.text, html):
        assert "{{" not in part
        assert "Dear  " not in part
    if content.purpose == "promotional":
        assert LINKS.unsubscribe(KEY) in message.text
        assert LINKS.unsubscribe(KEY) in html
    assert written(message, at=NOW)


@pytest.mark.parametrize(("language", "says"), [("sv", "Vi talade om"), ("en", "We talked about")])
def test_a_letter_of_the_library_takes_its_passages_and_leads_to_ones_choices(language: str, says: str) -> None:
    """One that a rep sends: with the passages that it offers, or without any; each part leads to the page of one's own choices, beside the way to stop."""
    contents = read_library(PACKAGED).contents
    letter = contents[ContentRef("hf-visit-summary", 2)]
    assert letter.fragments is not None
    passages = tuple(contents[ref] for ref in letter.fragments.offered)
    for selection in (Selection(), Selection(Chosen(fragments=letter.fragments.offered), passages)):
        message = a_composer().compose(KEY, content=letter, to=called(languages=(language,)), rep="Rut Rask", selection=selection)
        for part in (message.text, message.html or ""):
            assert (LINKS.preferences(KEY) in part, says in part) == (True, bool(selection.fragments))


def test_a_letter_comes_from_the_sender_of_its_country() -> None:
    """Where the house has one there; an invitation is from the same address."""
    composer = Composer(MailLinks(LINKS, public_url="https://x.example"), sender="all@x.example", senders={"SE": "hej@x.example"}, domain="mail.example")
    content = ContentVersion.model_validate(a_content(letters={"en": a_letter()}))
    senders = [composer.compose(KEY, content=content, to=called(country=country), rep=None).sender for country in ("SE", "GB", None)]
    assert senders == ["hej@x.example", "all@x.example", "all@x.example"]


def test_what_was_filled_in_goes_with_a_text() -> None:
    """By the names that the content uses, for a provider that fills an approved template in by itself."""
    content = ContentVersion.model_validate(
        a_content("hf-text@1", made_for="sms", texts={"en": "Hi {{ hcp.family_name }} {{ links.study }}"}, links={"study": "https://s.example"})
    )
    message = a_composer().compose(KEY, content=content, to=called(), rep="Rut Rask", channel="whatsapp")
    code = LINKS.code(KEY)
    assert message.content == "hf-text@1"
    assert message.tokens == {
        "hcp.given_name": "Ada",
        "hcp.family_name": "Berg",
        "hcp.salutation": "Dr",
        "rep.name": "Rut Rask",
        "links.study": f"https://dirigent.example/t/{code}/study",
        "unsubscribe": f"https://dirigent.example/u/{code}",
        "preferences": f"https://dirigent.example/p/{code}",
    }


def test_an_answer_finds_its_message_by_its_address() -> None:
    """Where an address for answers is set; from it nobody reads the touch's key, and it is the Message-ID's own first half."""
    links = MailLinks(LINKS, public_url="https://dirigent.example")
    composer = Composer(links, sender="no-reply@dirigent.example", domain="mail.example", reply_to="replies@in.example")
    content = ContentVersion.model_validate(a_content(letters={"en": a_letter()}))
    message = composer.compose(KEY, content=content, to=ADA, rep="Rut Rask")
    assert message.headers["Reply-To"] == f"replies+{message.message_id.strip('<>').partition('@')[0]}@in.example"
    assert "Reply-To" not in compose().headers
