"""D2, H20: whatever a room keeps has a number at which it says so, with that number."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from node.errors import Refused
from node.features.access import rules as access
from node.features.access.rules import Issue, Link
from node.features.lobby import rules as lobby
from node.features.lobby.rules import SetLobby, Wait
from node.features.moderation import rules as moderation
from node.features.moderation.rules import Regulate
from node.features.participants import bans
from node.features.participants.bans import BanParticipant
from node.features.participants.rules import Role
from tests.features.stage import NOON, OPERATOR, Stage
from tests.features.test_moderation import Desk

MOST = 3


def tickets() -> Callable[[int], object]:
    stage = Stage()
    return lambda n: stage.do(Issue((Link(f"t{n}", Role.PARTICIPANT, NOON + 3600, f"id{n}", f"Personne {n}"),)))


def waiters() -> Callable[[int], object]:
    stage = Stage()
    stage.do(SetLobby(OPERATOR, on=True))
    return lambda n: stage.do(Wait(f"w{n}", f"Personne {n}", "fr", "ticket", f"session-{n}"))


def banned() -> Callable[[int], object]:
    stage = Stage()
    return lambda n: stage.do(BanParticipant(stage.enter(f"Personne {n}"), OPERATOR))


def held() -> Callable[[int], object]:
    desk = Desk()
    desk.do(Regulate(OPERATOR, hold=True))
    return lambda n: desk.say(desk.enter(f"Personne {n}"), f"bonjour {n}")


@pytest.mark.parametrize(
    ("code", "of", "name", "one"),
    [
        ("TICKETS_FULL", access, "MAX_TICKETS", tickets),
        ("LOBBY_FULL", lobby, "MOST", waiters),
        ("BANS_FULL", bans, "MOST", banned),
        ("QUEUE_FULL", moderation, "OPEN_MOST", held),
    ],
)
def test_there_is_a_number(
    monkeypatch: pytest.MonkeyPatch, code: str, of: object, name: str, one: Callable[[], Callable[[int], object]]
) -> None:
    monkeypatch.setattr(of, name, MOST)
    more = one()
    for n in range(MOST):
        more(n)
    with pytest.raises(Refused) as refused:
        more(MOST)
    said = refused.value
    assert (said.code, said.limit, said.current, said.set_by) == (code, str(MOST), str(MOST), "room")
