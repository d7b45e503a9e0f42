"""What guests are sent: the text, and the date for calendars."""

from __future__ import annotations

from datetime import UTC
from zoneinfo import ZoneInfo

import icalendar
import msgspec
import pytest

from node.errors import Refused
from node.features.invite.calendar import calendar
from node.features.invite.rules import Invitation, details
from node.features.invite.service import zone_of
from node.features.participants.view import Role
from node.features.rooms.service import join_link
from node.features.rooms.view import JoinLink
from node.features.types.rules import TYPES

STARTS = 1_772_452_800.0  # 2026-03-02 12:00 UTC
INVITATION = Invitation(
    room="conseil",
    title="Conseil d’école ; suite",
    starts=STARTS,
    ends=STARTS + 5400,
    password=True,
    links=(
        JoinLink(Role.HOST, "https://regie.example.fr/r/conseil#host", "host", STARTS),
        JoinLink(Role.PARTICIPANT, "https://regie.example.fr/r/conseil#guest", "guest", STARTS),
    ),
    guide="https://regie.example.fr/guide/webinar",
    sequence=60,
)


def written(sequence: int = 60, *, cancelled: bool = False) -> icalendar.Calendar:
    invitation = msgspec.structs.replace(INVITATION, sequence=sequence)
    url = invitation.for_guests
    text = details(invitation, url, UTC, "fr")
    data = calendar(
        invitation, url=url, text=text, site="https://regie.example.fr", now=STARTS - 86_400, cancelled=cancelled
    )
    assert all(len(line) <= 75 for line in data.split(b"\r\n")), "RFC 5545, 3.1"
    found = icalendar.Calendar.from_ical(data)
    assert isinstance(found, icalendar.Calendar)
    return found


def test_the_text_has_what_a_guest_needs() -> None:
    """R117, R122, R130, R131: title, date with its zone, one link, that there is a password; no account, any country.
    Never the link of the hosts, and never the password."""
    said = details(INVITATION, INVITATION.for_guests, ZoneInfo("Europe/Paris"), "fr")
    assert said.splitlines() == [
        "Conseil d’école ; suite",
        "Quand : lundi 2 mars 2026, 13:00 – 14:30 (Europe/Paris, UTC+01:00)",
        "Lien : https://regie.example.fr/r/conseil#guest",
        "Un mot de passe est demandé : il vous est donné à part.",
        "Sans compte ni installation, de n’importe quel pays, avec un navigateur récent.",
        "Pour bien intervenir : https://regie.example.fr/guide/webinar",
    ]
    english = details(INVITATION, INVITATION.for_guests, UTC, "en")
    assert "When: Monday 2 March 2026, 12:00 – 13:30 (UTC, UTC+00:00)" in english


def test_a_video_conference_says_that_everybody_is_seen() -> None:
    """R154: in the invitation too."""
    invitation = msgspec.structs.replace(INVITATION, notice=TYPES["conference"].notice)
    assert "chacun a un micro et une caméra" in details(invitation, "x", UTC, "fr")


def test_a_room_without_a_date_is_open_at_any_time_and_in_no_calendar() -> None:
    """R085."""
    lasting = msgspec.structs.replace(INVITATION, starts=None, ends=None)
    assert "Quand : à tout moment" in details(lasting, "x", UTC, "fr")
    assert calendar(lasting, url="x", text="", site="https://x.fr", now=STARTS) == b""


def test_a_date_is_updated_and_cancelled_by_the_same_name() -> None:
    """R118: same UID, a higher sequence; REQUEST, then CANCEL (RFC 5546)."""
    first, second, last = written(60), written(120), written(180, cancelled=True)
    events = [one.walk("VEVENT")[0] for one in (first, second, last)]
    assert {str(event["uid"]) for event in events} == {"conseil@regie.example.fr"}
    assert [int(event["sequence"]) for event in events] == [60, 120, 180]
    assert [str(one["method"]) for one in (first, second, last)] == ["REQUEST", "REQUEST", "CANCEL"]
    assert [str(event["status"]) for event in events] == ["CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert events[0].decoded("dtstart").timestamp() == STARTS
    assert events[0].decoded("dtend").timestamp() == STARTS + 5400
    assert str(events[0]["summary"]) == "Conseil d’école ; suite"
    assert str(events[0]["url"]).endswith("#guest") and "host" not in str(events[0].to_ical())


@pytest.mark.parametrize("name", ["Mars/Olympus", "../../etc/passwd", "\x00", "x" * 300])
def test_a_zone_of_nowhere(name: str) -> None:
    with pytest.raises(Refused, match="VALUE_INVALID"):
        zone_of(name)


def test_the_address_names_the_room_and_the_ticket_the_person() -> None:
    """T8, R126: one address for everybody; what differs is in the fragment, which is sent to no server, and cannot be
    guessed."""
    links = [join_link("https://regie.example.fr", "conseil", Role.PARTICIPANT, STARTS) for _ in range(100)]
    assert {link.url.partition("#")[0] for link in links} == {"https://regie.example.fr/r/conseil"}
    assert len({link.ticket for link in links}) == 100
    assert all(len(link.ticket) * 6 >= 128 for link in links)
