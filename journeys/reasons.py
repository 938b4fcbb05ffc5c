"""Every reason code for which Dirigent holds or refuses a touch: one list, shown alike by the engine, the API and the documents."""

from enum import StrEnum


class Reason(StrEnum):
    """Why a touch was blocked, gravest first. The text of each is in `TOLD`; authors may name any of them in a step's `blocked`."""

    OBJECTED = "objected"
    SUPPRESSED = "suppressed"
    CHANNEL_UNKNOWN = "channel_unknown"
    NO_INQUIRY = "no_inquiry"
    INQUIRY_CLOSED = "inquiry_closed"
    INQUIRY_OF_ANOTHER = "inquiry_of_another"
    INQUIRY_OTHER_PRODUCT = "inquiry_other_product"
    CONTENT_NOT_MEDICAL = "content_not_medical"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    CONSENT_EXPIRED = "consent_expired"
    NO_CONSENT = "no_consent"
    CONTENT_UNKNOWN = "content_unknown"
    CONTENT_NOT_APPROVED = "content_not_approved"
    CONTENT_EXPIRED = "content_expired"
    CONTENT_WRONG_MARKET = "content_wrong_market"
    CONTENT_WRONG_PRODUCT = "content_wrong_product"
    CONTENT_WRONG_AUDIENCE = "content_wrong_audience"
    CONTENT_NO_LANGUAGE = "content_no_language"
    CONTENT_NO_MINIMUM_INFORMATION = "content_no_minimum_information"
    CONTENT_CHOICE_UNFIT = "content_choice_unfit"
    NO_MARKET_POLICY = "no_market_policy"
    SAME_ADDRESS = "same_address"
    WEEKLY_CAP = "weekly_cap"
    """The cap over all touches, whatever its period: definitions that name it were written when there was one, for a week."""
    CAP = "cap"
    TOO_SOON = "too_soon"
    OTHERS_FIRST = "others_first"
    ZONE_UNKNOWN = "zone_unknown"
    QUIET_HOURS = "quiet_hours"
    REST_DAY = "rest_day"
    ADDRESS_BOUNCED = "address_bounced"
    NO_RECIPIENT = "no_recipient"
    CHANNEL_DOWN = "channel_down"
    CHANNEL_SLOW = "channel_slow"
    CHANNEL_REFUSED = "channel_refused"
    NOT_SENT = "not_sent"
    HELD_TOO_LONG = "held_too_long"
    PAUSED = "paused"
    DROPPED = "dropped"
    STARTED_ALREADY = "started_already"
    UNANSWERED = "unanswered"


TOLD: dict[Reason, str] = {
    Reason.NO_CONSENT: "no consent for this channel, purpose and market is on record",
    Reason.CONSENT_WITHDRAWN: "the consent for this channel was withdrawn",
    Reason.CONSENT_EXPIRED: "the consent for this channel has expired",
    Reason.OBJECTED: "the person objected to direct marketing",
    Reason.SUPPRESSED: "the person is on the stop list",
    Reason.CONTENT_UNKNOWN: "this version of the content is not known",
    Reason.CONTENT_NOT_APPROVED: "the content is not approved",
    Reason.CONTENT_EXPIRED: "the approval of the content has expired",
    Reason.CONTENT_WRONG_MARKET: "the content is not approved for the person's market",
    Reason.CONTENT_WRONG_PRODUCT: "the content belongs to another product",
    Reason.CONTENT_WRONG_AUDIENCE: "the content is not approved for the recipient's profession",
    Reason.CONTENT_NO_LANGUAGE: "the content exists in no language of the person's market",
    Reason.CONTENT_NO_MINIMUM_INFORMATION: "the content does not carry the minimum information that the market asks of promotion",
    Reason.CONTENT_CHOICE_UNFIT: "what was chosen for the letter may not stand in it now",
    Reason.NO_MARKET_POLICY: "no policy is known for the person's market",
    Reason.CHANNEL_UNKNOWN: "this installation has no such channel",
    Reason.WEEKLY_CAP: "the cap of touches, over all journeys and channels, is reached",
    Reason.CAP: "a cap of touches by channel, purpose, product or brand is reached",
    Reason.TOO_SOON: "the last touch was too short a while ago",
    Reason.OTHERS_FIRST: "touches that have waited for the same room, of higher priority or for longer, go first",
    Reason.ZONE_UNKNOWN: "the recipient's time zone is not known, and the market has rules by the clock",
    Reason.SAME_ADDRESS: "another record with the same address has this content already",
    Reason.QUIET_HOURS: "these are quiet hours where the recipient is",
    Reason.REST_DAY: "promotion does not go out on this day where the recipient is",
    Reason.NO_RECIPIENT: "nobody to write to: no address or number for this channel, or no such colleague in the care team",
    Reason.ADDRESS_BOUNCED: "mail to this address came back for good, and the person has no other yet",
    Reason.NO_INQUIRY: "medical may follow up only on a recorded, unsolicited question of the HCP",
    Reason.INQUIRY_CLOSED: "the question is not with medical: it is a draft, or was closed before this answer was given",
    Reason.INQUIRY_OF_ANOTHER: "the question was asked by somebody else, and is answered to whoever asked alone",
    Reason.INQUIRY_OTHER_PRODUCT: "the question is about another product",
    Reason.CONTENT_NOT_MEDICAL: "an answer of medical is sent with medical's content alone, without links that are followed",
    Reason.CHANNEL_DOWN: "the channel does not answer at the moment",
    Reason.CHANNEL_SLOW: "the channel has as much to do as it may at the moment",
    Reason.CHANNEL_REFUSED: "the channel refused the message for good",
    Reason.NOT_SENT: "its result was not known, and it turned out that nothing went out",
    Reason.HELD_TOO_LONG: "the touch was held longer than its step allows",
    Reason.PAUSED: "the journey, or what it concerns, is paused",
    Reason.DROPPED: "it fell due while the journey was paused, and is not made up for",
    Reason.STARTED_ALREADY: "what the invitation invites to has begun already",
    Reason.UNANSWERED: "the other system does not answer at the moment",
}

FALLS_UNDER: dict[Reason, Reason] = {
    Reason.CONSENT_WITHDRAWN: Reason.NO_CONSENT,
    Reason.CONSENT_EXPIRED: Reason.NO_CONSENT,
    Reason.INQUIRY_CLOSED: Reason.NO_INQUIRY,
    Reason.INQUIRY_OF_ANOTHER: Reason.NO_INQUIRY,
    Reason.INQUIRY_OTHER_PRODUCT: Reason.NO_INQUIRY,
    Reason.CONTENT_NOT_MEDICAL: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_UNKNOWN: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_EXPIRED: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_WRONG_MARKET: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_WRONG_PRODUCT: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_WRONG_AUDIENCE: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_NO_LANGUAGE: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_NO_MINIMUM_INFORMATION: Reason.CONTENT_NOT_APPROVED,
    Reason.CONTENT_CHOICE_UNFIT: Reason.CONTENT_NOT_APPROVED,
    Reason.SUPPRESSED: Reason.OBJECTED,
    Reason.ADDRESS_BOUNCED: Reason.NO_RECIPIENT,
}
"""A reason that is not named in `blocked` itself is looked up under its wider one, then under `otherwise`."""
