"""An invitation for calendars: iCalendar (RFC 5545), sent as iTIP (RFC 5546), so that a newer one takes the place of an
older one and a cancellation takes it out (R118)."""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlsplit

from node.features.invite.rules import Invitation


def calendar(invitation: Invitation, *, url: str, text: str, site: str, now: float, cancelled: bool = False) -> bytes:
    """b"" for a room without a date. `site`: the address of the node; `text`: what is read in the calendar."""
    if invitation.starts is None:
        return b""
    import icalendar  # loaded for the first date: a node that comes back is to decide again at once

    host = urlsplit(site).hostname or "regie.invalid"
    whole = icalendar.Calendar()
    whole.add("prodid", "-//Régie//Régie//FR")
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "CANCEL" if cancelled else "REQUEST")
    event = icalendar.Event()
    event.add("uid", f"{invitation.room}@{host}")
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", _moment(now))
    event.add("dtstart", _moment(invitation.starts))
    if invitation.ends is not None:
        event.add("dtend", _moment(invitation.ends))
    event.add("summary", invitation.title)
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    organiser = icalendar.vCalAddress(f"mailto:regie@{host}")
    organiser.params["cn"] = icalendar.vText("Régie")
    event.add("organizer", organiser, encode=False)
    if not cancelled:
        event.add("description", text)
        event.add("location", url)
        event.add("url", url)
    whole.add_component(event)
    written: bytes = whole.to_ical()
    return written


def _moment(at: float) -> datetime:
    """To the second; in UTC, so that no zone has to be described."""
    return datetime.fromtimestamp(int(at), UTC)
