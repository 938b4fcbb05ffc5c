"""An invitation as the reader's calendar takes it: iCalendar (RFC 5545) that asks (RFC 5546, METHOD:REQUEST), asks anew under the next number when it was
changed, takes the entry away again when it was called off (METHOD:CANCEL), and says no more than the letter does.

The answer comes by the letter's own links. What a mail program sends back to the organiser is not read, so the calendar does not ask for it.
"""

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from activities.ports import Invitation, Message


def as_calendar(message: Message, *, at: datetime) -> str:
    """The calendar object of an inviting message, made `at` that time. Raises ValueError where the message invites to nothing."""
    invitation = message.invitation
    if invitation is None:
        raise ValueError("the message invites to nothing")
    calendar = Calendar()
    for name, value in (("prodid", "-//Dirigent//EN"), ("version", "2.0"), ("method", method_of(invitation))):
        calendar.add(name, value)
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("status", "CANCELLED" if invitation.called_off else "CONFIRMED")
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", invitation.starts.astimezone(UTC))
    event.add("dtend", invitation.ends.astimezone(UTC))
    if invitation.where is not None:
        event.add("location", invitation.where)
        event.add("url", invitation.where)
    event.add("summary", message.subject or "")
    event.add("description", message.text)
    event.add("organizer", _party(message.sender, invitation.organiser))
    event.add("attendee", _party(message.to, "", role="REQ-PARTICIPANT", partstat="NEEDS-ACTION", rsvp="FALSE"))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def method_of(invitation: Invitation) -> str:
    """What the mail program is to do with it; it stands in the part's type too (RFC 6047, section 2.4)."""
    return "CANCEL" if invitation.called_off else "REQUEST"


def _party(address: str, name: str, **parameters: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{address}")
    party.params |= {key.upper(): value for key, value in ({"cn": name} | parameters).items() if value}
    return party
