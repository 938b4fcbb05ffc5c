"""What each market asks, as data: its consent rule, caps, hours, languages, zone, calendar and signatures; a market without a policy gets nothing."""

from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from journeys.access import Access, MeetingForm
from journeys.caps import Bound, Cap, Spacing
from journeys.content import Language
from journeys.medical import MedicalPolicy
from journeys.openings import Opening, Weekday
from journeys.restricted import RestrictedWord
from journeys.safety import SafetyPolicy
from journeys.shapes import Authored, Market, Slug
from journeys.signatures import ALWAYS, Party


class Copies(Authored):
    """How long the exact copy of what was sent is kept, encrypted."""

    keep: str = Field("10 years", pattern=r"^([1-9]|[12][0-9]|30) years?$")

    @property
    def days(self) -> timedelta:
        """The same in days: a year has 365 and a quarter."""
        return timedelta(days=365.25 * int(self.keep.split()[0]))


class MarketPolicy(Authored):
    """The rules of one market. `source` says where each came from; a company's own lawyers decide for its markets."""

    market: Market
    country: str = Field(pattern=r"^[A-Z]{2}$")
    """ISO 3166 code, for the holiday calendar (the market UK is the country GB)."""
    languages: tuple[Language, ...] = Field(min_length=1)
    zone: str | None = None
    """The zone of an HCP whose own is unknown or invalid, and whose HCO's is. Leave it out in a country of several zones: what depends on the
    recipient's clock is then held until a zone is known."""
    consent: dict[Slug, Literal["opt_in"]] = {}
    """What promotion asks for, channel by channel. A channel that is not named asks for opt-in too, and nothing weaker can be written."""
    caps: tuple[Cap, ...] = Field(min_length=1)
    """How many touches one HCP gets in any period, over all journeys; a rep's call counts. There is one at least, also in what is read back: a
    policy from before caps were a list is not taken for one without."""
    cadence: tuple[Spacing, ...] = ()
    """How long lies between two touches of one HCP, over all journeys; a rep's call counts."""
    brands: dict[Slug, tuple[Slug, ...]] = {}
    """The products of each brand, for the caps and gaps that name one."""
    quiet_hours: Opening | None = None
    """When no promotion goes out, in the recipient's own time, such as {between: ["20:00", "08:00"]}. None: at no time."""
    copies: Copies = Copies()
    """How long copies are kept: for as long as somebody may ask to see what was sent (in Sweden LER art. 31 asks for archive copies)."""
    business_days: Literal["working_days"] | Annotated[tuple[Weekday, ...], Field(min_length=1)] | None = None
    """The days on which promotion goes out, in the recipient's own time: working_days (no weekend, no public holiday) or a list such as [mon, tue].
    None: on every day."""
    minimum_information: Literal["required", "not_required"] = "required"
    """Whether promotion of a product must carry the market's minimum information. A market that says nothing asks for it."""
    restricted_words: dict[Language, tuple[RestrictedWord, ...]] = {}
    """What nobody may type of a product, by language. `api.words` asks it of every free word that comes in."""
    visits: dict[MeetingForm, Access] = {}
    """How HCOs that have said nothing themselves receive reps, by the form of the meeting. A form that is not named is open. See docs/visits.md."""
    signatures: tuple[Party, ...] = ALWAYS
    """Who signs a journey that names this market: sales, marketing and medical, and whoever else this market asks for."""
    journeys_at_once: int = Field(1, ge=1, le=20)
    """Promotional journeys that may have one HCP at the same time; the others wait for their turn or give way. See docs/decisions/0018-entry-and-sweeps.md."""
    medical: MedicalPolicy = MedicalPolicy()
    """Until when medical answers, and what a rep attests."""
    safety: SafetyPolicy = SafetyPolicy()
    """How long drug safety has to acknowledge a case, and who is told when it does not. See docs/safety.md."""
    source: dict[str, str] = {}

    @field_validator("quiet_hours")
    @classmethod
    def _ends(cls, quiet: Opening | None) -> Opening | None:
        if quiet is not None and quiet.between is None:
            raise ValueError('quiet hours begin and end: give between, such as ["20:00", "08:00"]')
        return quiet

    @field_validator("signatures")
    @classmethod
    def _never_fewer(cls, signatures: tuple[Party, ...]) -> tuple[Party, ...]:
        lacking = [party for party in ALWAYS if party not in signatures]
        if lacking:
            raise ValueError(f"a market may ask for more signatures and never for fewer: {', '.join(lacking)} must be among them")
        return signatures

    @model_validator(mode="after")
    def _known_brands(self) -> Self:
        unknown = sorted({bound.brand for bound in self.bounds if bound.brand is not None} - set(self.brands))
        if unknown:
            raise ValueError(f"the brand {unknown[0]} has no products: name them under brands")
        return self

    @property
    def bounds(self) -> tuple[Cap | Spacing, ...]:
        """Everything that limits contact pressure."""
        return (*self.caps, *self.cadence)

    @property
    def memory(self) -> timedelta:
        """How long a touch counts for anything."""
        return max(bound.period for bound in self.bounds)

    @property
    def overall(self) -> Cap:
        """The cap that is told for the whole: the first that is about all touches, else the first."""
        return next((cap for cap in self.caps if not cap.narrow), self.caps[0])

    def concerns(self, bound: Bound, *, channel: str, purpose: str, product: str) -> bool:
        """Whether a cap or a gap is about such a touch."""
        return (
            bound.channel in (None, channel)
            and bound.purpose in (None, purpose)
            and bound.product in (None, product)
            and (bound.brand is None or product in self.brands[bound.brand])
        )

    def holds_back(self, bound: Bound, *, channel: str, purpose: str, product: str) -> bool:
        """Whether a cap or a gap may hold such a touch back: promotion, or the purpose that it names."""
        return (bound.purpose or "promotional") == purpose and self.concerns(bound, channel=channel, purpose=purpose, product=product)

    @property
    def by_the_clock(self) -> bool:
        """Whether promotion depends on the recipient's own time."""
        return self.quiet_hours is not None or self.business_days is not None
