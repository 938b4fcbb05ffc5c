"""What can become known of a touch after it was handed over: more than journeys listen to, because a complaint is the house's business, not a step's."""

from enum import StrEnum

from journeys.definitions import INVITED, Heard


class TouchEvent(StrEnum):
    """Each is stored once per touch. The last four are of an invitation alone."""

    DELIVERED = "delivered"
    OPENED = "opened"
    CLICKED = "clicked"
    REPLIED = "replied"
    BOUNCED = "bounced"
    """It came back for good: there is no such address."""
    SOFT_BOUNCED = "soft_bounced"
    """It came back, and the address may be good: a full mailbox, a server that was away for days."""
    COMPLAINED = "complained"
    """The recipient called it unwanted, by the button of their mail program."""
    UNSUBSCRIBED = "unsubscribed"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    ATTENDED = "attended"
    MISSED = "missed"


OF_INVITATIONS = frozenset(TouchEvent(heard.value) for heard in INVITED)
"""What is heard of an invitation, and unknown of any other touch."""

LISTENED: dict[TouchEvent, Heard] = {TouchEvent(heard.value): heard for heard in Heard} | {TouchEvent.SOFT_BOUNCED: Heard.BOUNCED}
"""What a run is told of it. A step waits for a letter that came back, whatever kind of coming back it was; of the rest it is not told."""
