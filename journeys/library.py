"""A library folder as one typed value: the personas, the content, the texts of consent, the markets' rules, the events of the outside and the strategies
that authors keep side by side.

The folder holds personas/<persona>.yaml, content/<id>@<version>.yaml, consents/<text>.yaml, strategies/<journey>.yaml and markets.yaml; and,
where journeys hear of the outside, events.yaml.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from pydantic import Field

from journeys.approving import check_approval
from journeys.consent_texts import ConsentText
from journeys.content import ContentVersion
from journeys.definitions import ContentRef, Definition
from journeys.durations import is_zone
from journeys.happenings import OutsideEvent
from journeys.loading import Document, Finding, Loaded, Loc, load_definition, read, read_content, read_text
from journeys.loading.files import remarked
from journeys.markets import MarketPolicy
from journeys.personas import Persona
from journeys.shapes import Authored

PACKAGED = Path(__file__).parent / "library"
"""The library that comes with Dirigent."""

_NAMED_BY: dict[type[Authored], str] = {ContentVersion: "content", Definition: "journey", ConsentText: "text", Persona: "persona"}
"""The key by which each kind of file is named."""

K = TypeVar("K")
M = TypeVar("M", bound=Authored)


class Markets(Authored):
    """The file markets.yaml."""

    markets: tuple[MarketPolicy, ...] = Field(min_length=1)


class Events(Authored):
    """The file events.yaml."""

    events: tuple[OutsideEvent, ...] = Field(min_length=1)


class LibraryError(Exception):
    """A library cannot be used: its personas, content or markets are broken. `findings` say where and how."""

    def __init__(self, root: Path, findings: tuple[Finding, ...]) -> None:
        super().__init__(f"the library {root} cannot be used ({len(findings)} found); first: {findings[0]}")
        self.root, self.findings = root, findings


@dataclass(frozen=True)
class Library:
    """What a definition may refer to, and the strategies that are free of structural errors. `findings` are those of the others."""

    personas: dict[str, Persona] = field(default_factory=dict)
    contents: dict[ContentRef, ContentVersion] = field(default_factory=dict)
    markets: dict[str, MarketPolicy] = field(default_factory=dict)
    strategies: dict[str, Definition] = field(default_factory=dict)
    strategy_texts: dict[str, str] = field(default_factory=dict)
    """The text of each strategy, as its author wrote it, by its journey id."""
    findings: tuple[Finding, ...] = ()
    events: dict[str, OutsideEvent] = field(default_factory=dict)
    """The events of the outside that the installation tells of."""
    consent_texts: dict[str, ConsentText] = field(default_factory=dict)
    """The texts with which people are asked for consent, by name."""


def is_library(folder: Path) -> bool:
    """Whether the folder has a library's layout."""
    return (folder / "markets.yaml").is_file() or (folder / "strategies").is_dir()


def library_around(path: Path) -> Path:
    """The library that a file or folder is or lies in, else the packaged one."""
    around = (folder for folder in (path, *path.absolute().parents[:2]) if (folder / "markets.yaml").is_file())
    return next(around, PACKAGED)


def files_in(folder: Path) -> list[Path]:
    """The folder's YAML files, by name."""
    return sorted(path for path in folder.glob("*") if path.suffix in (".yaml", ".yml"))


def read_library(root: Path) -> Library:
    """Read a library. Raises LibraryError where personas, content or markets are broken; broken strategies are only reported."""
    shelf = _Shelf()
    personas = shelf.collect(root / "personas", read_persona, lambda persona: persona.persona)
    contents = shelf.collect(root / "content", read_content, lambda content: content.ref)
    consent_texts = shelf.collect(root / "consents", read_consent_text, lambda text: text.text)
    markets = shelf.kept(read_markets(root / "markets.yaml"))
    events = shelf.kept(read_events(root / "events.yaml")) if (root / "events.yaml").exists() else None
    policies = {policy.market: policy for policy in markets.markets} if markets is not None else {}
    shelf.findings += [found for ref, content in contents.items() for found in unapproved(shelf.documents[ref], content, policies)]
    if shelf.findings or markets is None:
        raise LibraryError(root, tuple(shelf.findings))
    texts: dict[str, str] = {}
    strategies = shelf.collect(root / "strategies", lambda path: _read_strategy(path, texts), lambda definition: definition.journey)
    declared = {event.event: event for event in events.events} if events is not None else {}
    return Library(personas, contents, policies, strategies, texts, tuple(shelf.findings), declared, consent_texts)


def read_persona(path: Path) -> Loaded[Persona]:
    """Read one persona's file."""
    return read(path, model=Persona)


def read_consent_text(path: Path) -> Loaded[ConsentText]:
    """Read one text of consent from its file."""
    return read(path, model=ConsentText)


def read_markets(path: Path) -> Loaded[Markets]:
    """Read markets.yaml, in which each market stands once, and in a zone that there is."""
    loaded = read(path, model=Markets)
    policies = loaded.value.markets if loaded.value is not None else ()
    return _with_zones(_each_once(loaded, "market", [policy.market for policy in policies]))


def read_events(path: Path) -> Loaded[Events]:
    """Read events.yaml, in which each event stands once."""
    loaded = read(path, model=Events)
    return _each_once(loaded, "event", [event.event for event in loaded.value.events] if loaded.value is not None else [])


def misnamed(name: str, value: Authored) -> str | None:
    """The file name that the convention asks for, where `name` lies in one of a library's folders and is called otherwise."""
    path = Path(name)
    match path.parent.name, value:
        case ("strategies", Definition()):
            wanted = value.journey
        case ("personas", Persona()):
            wanted = value.persona
        case ("content", ContentVersion()):
            wanted = str(value.ref)
        case ("consents", ConsentText()):
            wanted = value.text
        case _:
            return None
    return None if path.stem == wanted else f"{wanted}{path.suffix}"


def misplaced(document: Document, value: Authored) -> Iterator[Finding]:
    """J007: the file is not named for what it holds."""
    wanted = misnamed(document.name, value)
    if wanted is not None:
        where: Loc = (_NAMED_BY[type(value)],)
        yield document.finding("J007", f"what this file holds asks for another name than {Path(document.name).name}", loc=where, fix=f"name it {wanted}")


def unapproved(document: Document, content: ContentVersion, markets: Mapping[str, MarketPolicy]) -> Iterator[Finding]:
    """J505 and J506: what is said to be approved lacks what approval must say of it."""
    yield from (remarked(document, remark, code=remark.code) for remark in check_approval(content, markets))


def _each_once(loaded: Loaded[M], what: str, names: list[str]) -> Loaded[M]:
    """The same, or J003 for every name that stands in the list a second time."""
    twice = [
        loaded.document.finding("J003", f"the {what} {name} stands here a second time", loc=(f"{what}s", index, what), fix="keep one of them")
        for index, name in enumerate(names)
        if name in names[:index]
    ]
    return Loaded(None, tuple(twice), loaded.document) if twice else loaded


def unknown_zone(policy: MarketPolicy) -> str | None:
    """What is wrong with the market's zone, where it names one that there is not."""
    zone = policy.zone
    return None if zone is None or is_zone(zone) else f"there is no time zone {zone[:64]}"


def _with_zones(loaded: Loaded[Markets]) -> Loaded[Markets]:
    """The same, or J004 for every zone that the IANA database does not know. What is stored already is read all the same: an HCP whose market has
    such a zone lives by UTC."""
    unknown = [
        loaded.document.finding("J004", told, loc=("markets", index, "zone"), fix='write one such as "Europe/Stockholm"')
        for index, policy in enumerate(loaded.value.markets if loaded.value is not None else ())
        if (told := unknown_zone(policy)) is not None
    ]
    return Loaded(None, tuple(unknown), loaded.document) if unknown else loaded


class _Shelf:
    """Collects the values of one folder after the other, and the findings on the way."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []
        self.documents: dict[object, Document] = {}

    def kept(self, loaded: Loaded[M]) -> M | None:
        self.findings += loaded.findings
        return loaded.value

    def collect(self, folder: Path, reader: Callable[[Path], Loaded[M]], key: Callable[[M], K]) -> dict[K, M]:
        collected: dict[K, M] = {}
        for path in files_in(folder):
            loaded = reader(path)
            value = self.kept(loaded)
            if value is None:
                continue
            self.findings += misplaced(loaded.document, value)
            self.documents.setdefault(key(value), loaded.document)
            if collected.setdefault(key(value), value) is not value:
                self.findings.append(loaded.document.finding("J003", f"another file of this folder holds `{key(value)}` already", loc=(), fix="rename one"))
        return collected


def _read_strategy(path: Path, texts: dict[str, str]) -> Loaded[Definition]:
    text = read_text(path)
    if not isinstance(text, str):
        return Loaded(None, text.findings, text)
    loaded = load_definition(text, name=str(path))
    if loaded.value is not None:
        texts.setdefault(loaded.value.journey, text)
    return loaded
