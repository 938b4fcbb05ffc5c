"""An invitation as the reader's calendar takes it: iCalendar (RFC 5545) that asks (RFC 5546, METHOD:REQUEST) and says no more than the letter does.

The answer comes by the letter's own links. What a mail program sends back to the organiser is not read, so the calendar does not ask for it.
"""

from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from activities.ports import Message

FIRST = 0
"""The sequence number of an invitation that was not changed since."""


def as_calendar(message: Message, *, at: datetime) -> str:
    """The calendar object of an inviting message, made `at` that time. Raises ValueError where the message invites to nothing."""
    if message.invitation is None:
        raise ValueError("the message invites to nothing")
    calendar = Calendar()
    for name, value in (("prodid", "-//Dirigent//EN"), ("version", "2.0"), ("method", "REQUEST")):
        calendar.add(name, value)
    event = Event()
    event.add("uid", message.invitation.uid)
    event.add("sequence", FIRST)
    event.add("dtstamp", at.astimezone(UTC))
    event.add("dtstart", message.invitation.starts.astimezone(UTC))
    event.add("dtend", message.invitation.ends.astimezone(UTC))
    event.add("summary", message.subject or "")
    event.add("description", message.text)
    event.add("organizer", _party(message.sender, message.invitation.organiser))
    event.add("attendee", _party(message.to, "", role="REQ-PARTICIPANT", partstat="NEEDS-ACTION", rsvp="FALSE"))
    calendar.add_component(event)
    return str(calendar.to_ical().decode())


def _party(address: str, name: str, **parameters: str) -> vCalAddress:
    party = vCalAddress(f"mailto:{address}")
    party.params |= {key.upper(): value for key, value in ({"cn": name} | parameters).items() if value}
    return party
