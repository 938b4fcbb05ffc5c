"""Builders of what tests talk about: definitions as authors write them (`a_definition`), the same as models (`a_journey`), and a small library around them."""

from datetime import UTC, datetime
from typing import Any

import yaml

from journeys.consent_texts import ConsentText
from journeys.content import ContentVersion
from journeys.definitions import Definition
from journeys.happenings import OutsideEvent
from journeys.library import Library
from journeys.markets import MarketPolicy
from journeys.personas import Persona

Authored = dict[str, Any]

NOW = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
"""The morning on which the tests' stories happen."""


def a_visit(**changes: Any) -> Authored:
    """A step at which the rep meets the HCP, face to face; give `next`, and what else is to differ inside `visit` under `visit`."""
    inside = {"due": "10 business days", "face_to_face": {"materials": ["hf-detail-aid@2"]}, "outcomes": ["interested", "not_now"]}
    return {"next": "done", **changes, "visit": {**inside, **changes.get("visit", {})}}


def an_email(**changes: Any) -> Authored:
    """A step that sends an approved e-mail by itself."""
    return {"next": "done", **changes, "email": {"content": "hf-dialogue@2", **changes.get("email", {})}}


def a_rep_email(**changes: Any) -> Authored:
    """A step at which the rep sends an approved e-mail."""
    return an_email(**{**changes, "email": {"sent_by": "rep", "due": "2 business days", **changes.get("email", {})}})


def a_medical_step(**changes: Any) -> Authored:
    """A hand-off to the MSL on the HCP's own question."""
    return {"next": "done", **changes, "medical": {"needs": "inquiry", "due": "5 business days", **changes.get("medical", {})}}


def a_wait(*events: str, **changes: Any) -> Authored:
    """A wait of up to 5 days for something to be heard: clicked or replied, unless told otherwise."""
    return {"next": "done", **changes, "wait": {"for": list(events or ("clicked", "replied")), "up_to": "5 days", **changes.get("wait", {})}}


def a_pause(time: str = "5 days", **changes: Any) -> Authored:
    """A wait for a length of time."""
    return {"next": "done", **changes, "wait": {"time": time}}


def a_branch(*cases: tuple[Authored, str], otherwise: str = "done") -> Authored:
    """A branch over (condition, step) pairs."""
    return {"branch": [{"when": when, "next": to} for when, to in cases], "next": otherwise}


def an_exit(reason: str = "finished", **changes: Any) -> Authored:
    """The end of a run."""
    return {"exit": {"reason": reason, **changes}}


def a_definition(**changes: Any) -> Authored:
    """A definition in its authored form, free of lint: visit, e-mail, wait, exit."""
    return {
        "journey": "heart-failure-pioneer",
        "version": 1,
        "title": "Heart failure, the pioneer",
        "persona": "pioneer",
        "markets": ["SE"],
        "product": "cardiolex",
        "purpose": "promotional",
        "priority": 70,
        "entry": {"when": {"fact": "persona", "is": "pioneer"}, "again": "180 days"},
        "steps": {
            "first-visit": a_visit(next={"interested": "follow-up", "otherwise": "done"}),
            "follow-up": an_email(next="reading"),
            "reading": a_wait(),
            "done": an_exit(),
        },
        **changes,
    }


def a_response(**changes: Any) -> Authored:
    """A medical response in its authored form: it is no persona's, and for physicians."""
    everybody = {"purpose": "medical_response", "entry": {"when": {"fact": "profession", "is": "physician"}}}
    return {key: value for key, value in a_definition(**{**everybody, **changes}).items() if key != "persona"}


def a_journey(**changes: Any) -> Definition:
    """A definition as a model."""
    return Definition.model_validate(a_definition(**changes))


def written(authored: Authored) -> str:
    """What the author's file says."""
    return yaml.dump(authored, Dumper=_ByHand, sort_keys=False, allow_unicode=True)


class _ByHand(yaml.SafeDumper):
    """Writes a value out wherever it stands, as a person would, instead of pointing back to where it stood first."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def a_persona(persona: str = "pioneer", **changes: Any) -> Persona:
    """A persona."""
    told = {"identity": "high", "engagement": "high", "description": "Reads first and asks first.", "message": "You can be the first to know."}
    lists = {"recognise_by": ["asks for the data"], "needs": ["evidence"], "preferred_channels": ["face_to_face"]}
    return Persona.model_validate({"persona": persona, "title": persona.capitalize(), **told, **lists, **changes})


def a_letter(**changes: Any) -> Authored:
    """A letter in its authored form, with the tokens a promotional one needs."""
    words = "Dear {{ hcp.family_name }}, … {{ unsubscribe }}"
    return {"subject": "Our talk", "text": words, "html": f"<p>{words}</p>", **changes}


def a_content(ref: str = "hf-dialogue@2", **changes: Any) -> Authored:
    """A version of content in its authored form: an approved e-mail to physicians and nurses in Sweden, above the brand, unless told otherwise."""
    content, _, version = ref.partition("@")
    return {
        "content": content,
        "version": int(version),
        "title": "Our talk on heart failure",
        "made_for": "email",
        "product": "cardiolex",
        "purpose": "promotional",
        "audience": ["physician", "nurse"],
        "markets": ["SE"],
        "state": "approved",
        "above_the_brand": True,
        "approval": {"id": "MLR-1", "expires": "2030-01-01T00:00:00Z"},
        **({"letters": {"en": a_letter(), "sv": a_letter()}} if changes.get("made_for", "email") == "email" else {}),
        **changes,
    }


def a_consent_text(text: str = "se-email-1", **changes: Any) -> ConsentText:
    """A text that asks for promotion by e-mail in Sweden, of all products, in two languages."""
    promotion, withdrawal = "send me promotional e-mail about medicines", "I may take this back at any time"
    wording = {"text": f"Yes, you may {promotion}. {withdrawal}.", "promotion": promotion, "withdrawal": withdrawal}
    told = {"text": text, "title": "E-mail", "market": "SE", "channel": "email", "words": {"sv": wording, "en": wording}}
    return ConsentText.model_validate({**told, **changes})


def a_market(market: str = "SE", **changes: Any) -> MarketPolicy:
    """A market's policy; `weekly_cap` is its one cap, over all touches."""
    caps = [{"at_most": changes.pop("weekly_cap", 2), "per": "week"}]
    rules = {"country": market.replace("UK", "GB"), "languages": ["sv", "en"], "zone": "Europe/Stockholm", "caps": caps}
    return MarketPolicy.model_validate({"market": market, **rules, **changes})


BLOCK = "Cardiolex 5 mg. Invented."
"""The minimum information of the tests' product, in every language."""


def an_approval(*markets: str, legible: bool = True, **changes: Any) -> Authored:
    """All that approval must say of promotion, with the minimum information of these markets, or of Sweden."""
    blocks = {market: {"legible": legible, "texts": {"en": BLOCK, "sv": BLOCK}} for market in markets or ("SE",)}
    smpc = dict.fromkeys(markets or ("SE",), "https://cardiolex.example/smpc")
    said = {"id": "MLR-1", "expires": "2030-01-01T00:00:00Z", "indication": "Chronic heart failure", "revised": "2027-01-01", "smpc": smpc}
    return {**said, "minimum_information": blocks, **changes}


def a_promotion(ref: str = "hf-brand@1", **changes: Any) -> Authored:
    """Content that speaks of the product: its letters carry the minimum information, by its token."""
    words = "Dear {{ hcp.family_name }}, … {{ minimum_information }} {{ unsubscribe }}"
    letter = a_letter(text=words, html=f"<p>{words}</p>")
    return a_content(ref, **{"above_the_brand": False, "approval": an_approval(), "letters": {"en": letter, "sv": letter}, **changes})


def a_fragment(ref: str = "hf-renal@1", **changes: Any) -> Authored:
    """An approved passage in both languages, above the brand unless told otherwise."""
    words = f"About {ref.partition('@')[0]}, {{{{ hcp.family_name }}}}."
    part = {"text": words, "html": f"<p>{words}</p>"}
    return a_content(ref, **{"made_for": "fragment", "parts": {"en": part, "sv": part}, **changes})


def a_choice(ref: str = "hf-choice@1", **changes: Any) -> Authored:
    """A letter that leaves a choice to the rep: one or two of two passages, and one of two words."""
    words = "Dear {{ hcp.family_name }}, after {{ fill.occasion }}: {{ fragments }} {{ unsubscribe }}"
    letter = a_letter(text=words, html=f"<p>{words}</p>")
    fill = {"occasion": {"round": {"en": "the round", "sv": "ronden"}, "congress": {"en": "the congress", "sv": "kongressen"}}}
    offered = {"offered": ["hf-renal@1", "hf-dosing@1"], "at_least": 1, "at_most": 2}
    return a_content(ref, **{"letters": {"en": letter, "sv": letter}, "fragments": offered, "fill": fill, **changes})


CONTENTS = (
    a_content("hf-dialogue@2"),
    a_content("hf-detail-aid@2", made_for="face_to_face"),
    a_content("hf-remote-deck@1", made_for="remote"),
    a_content("hf-phone-guide@1", made_for="phone"),
    a_content("hf-nurse-guide@1", audience=["nurse"]),
    a_content("hf-physician-note@1", audience=["physician"]),
    a_content("hf-reminder@1", made_for="sms", texts=dict.fromkeys(("sv", "en"), "Hej! {{ unsubscribe }}")),
    a_content("hf-draft@1", state="draft", approval=None),
    a_content("hf-lapsed@1", approval={"id": "MLR-2", "expires": "2027-02-28T00:00:00Z"}),
    a_content("hf-ending@1", approval={"id": "MLR-3", "expires": "2027-04-01T00:00:00Z"}),
    a_content("hf-next-month@1", approval={"id": "MLR-4", "expires": "2027-05-01T12:00:00Z"}),
    a_content("hf-norwegian@1", letters={"no": a_letter()}),
    a_content("hf-english@1", letters={"en": a_letter()}),
    a_content("other-brand@1", product="nephrolex"),
    a_content("hf-answer@1", purpose="medical_response"),
    a_content("hf-alert@1", purpose="safety"),
    a_promotion("hf-brand@1"),
    a_content("hf-uninformed@1", above_the_brand=False),
    a_choice("hf-choice@1"),
    a_fragment("hf-renal@1"),
    a_fragment("hf-dosing@1"),
)
"""The content of the tests' library: one piece for each channel, and one for each thing that can be wrong with a piece."""


def an_event(event: str = "appointment_booked", **changes: Any) -> OutsideEvent:
    """An event of the outside in a catalogue: keyed by the appointment, with its time, channel and length."""
    fields = {
        "appointment_id": {"type": "code", "told": "which appointment", "required": True},
        "starts_at": {"type": "instant", "told": "when it begins"},
        "channel": {"type": "code", "told": "where it takes place", "values": ["face_to_face", "remote"]},
        "minutes": {"type": "number", "told": "how long it lasts"},
    }
    told = {"title": event.replace("_", " ").capitalize(), "source": "the calendar", "key": "appointment_id", "fields": fields}
    return OutsideEvent.model_validate({"event": event, **told, **changes})


EVENTS = (
    an_event(),
    an_event("appointment_cancelled"),
    an_event("webinar_attended", key="webinar_id", fields={"webinar_id": {"type": "code", "told": "which webinar"}}),
    an_event("product_page_viewed", key=None, fields={"topic": {"type": "code", "told": "what the page is about"}}),
    an_event("advisory_board_joined", key=None, fields={}, wall="medical"),
)
"""The events of the tests' library: two of one key, one of another, one without a key, and one of medical."""


def a_library(**changes: Any) -> Library:
    """A library with the personas pioneer, traditional and ordinary, of whom the traditional has a strategy, in the markets SE and UK, and five events."""
    contents = [ContentVersion.model_validate(content) for content in CONTENTS]
    traditional = a_journey(journey="heart-failure-traditional", persona="traditional", entry={"when": {"fact": "persona", "is": "traditional"}})
    parts: dict[str, Any] = {
        "personas": {persona: a_persona(persona) for persona in ("pioneer", "traditional", "ordinary")},
        "contents": {content.ref: content for content in contents},
        "markets": {market: a_market(market) for market in ("SE", "UK")},
        "strategies": {traditional.journey: traditional},
        "events": {event.event: event for event in EVENTS},
    }
    return Library(**{**parts, **changes})
