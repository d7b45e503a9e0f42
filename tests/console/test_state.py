"""Folding what nodes say into tables; silence becomes STALE, then DOWN."""

from __future__ import annotations

from console.model import Context, Link, Message, Node, Person, Room
from console.state import COUNTED, KEPT_MESSAGES, Store

WAW, PAR = Context("waw", "w:1"), Context("par", "p:1")


def store() -> Store:
    one = Store([WAW, PAR], now=0.0)
    one.heartbeat("waw", [Node("waw", "waw-01", cpu=40)], 1.0, 0)
    return one


def test_silence_is_stale_before_three_seconds_and_down_before_ten_and_the_other_node_does_not_care() -> None:
    one = store()
    one.heartbeat("par", [Node("par", "par-01")], 1.0, 0)
    seen = []
    for now in (1.0, 2.0, 3.7, 3.8, 10.7, 10.8):  # it spoke last at 1
        one.heartbeat("par", [Node("par", "par-01")], now, now)
        one.tick(now, now)
        seen.append(one.link("waw"))
    assert seen == [Link.LIVE, Link.LIVE, Link.LIVE, Link.STALE, Link.STALE, Link.DOWN]
    assert one.link("par") is Link.LIVE
    one.heartbeat("waw", [Node("waw", "waw-01")], 12.0, 12)
    assert one.link("waw") is Link.LIVE
    assert [event.word for event in one.events] == ["event.stale", "event.down", "event.live"]


def test_a_node_never_heard_has_a_row_and_is_down_before_ten_seconds() -> None:
    one = Store([WAW], now=0.0)
    assert list(one.nodes.rows) == [("waw", "")]
    one.tick(9.7, 0)
    assert one.link("waw") is Link.CONNECTING
    one.tick(9.8, 0)
    assert one.link("waw") is Link.DOWN
    one.heartbeat("waw", [Node("waw", "waw-01")], 11.0, 0)
    assert list(one.nodes.rows) == [("waw", "waw-01")]


def test_whoever_listens_is_told_once_that_somebody_fell_silent() -> None:
    """So that the console paints it then, and not at its next look."""
    one = store()
    assert [one.listen(now, now) for now in (3.7, 3.8, 3.9, 10.8, 10.9)] == [False, True, False, True, False]


def test_a_refused_token_is_denied_not_down() -> None:
    one = store()
    one.trouble("waw", "wrong token", denied=True, wall=0)
    one.tick(60, 60)
    assert one.link("waw") is Link.DENIED


def test_a_snapshot_replaces_and_who_is_missing_lingers_before_leaving() -> None:
    one = store()
    one.rooms.replace(("waw",), [Room("waw", "a"), Room("waw", "b")], 1.0)
    one.rooms.put(Room("par", "a"))
    one.rooms.replace(("waw",), [Room("waw", "b")], 2.0)
    assert one.rooms.rows[("waw", "a")].gone_at == 2.0
    assert len(one.rooms) == 2
    one.tick(4.9, 0)
    assert ("waw", "a") in one.rooms.rows
    one.tick(5.0, 0)
    assert ("waw", "a") not in one.rooms.rows and ("par", "a") in one.rooms.rows


def test_the_row_under_a_cursor_does_not_leave() -> None:
    one = store()
    one.people.put(Person("waw", "r", "p"))
    one.people.go(("waw", "r", "p"), 1.0)
    one.tick(60, 0, held=frozenset({("waw", "r", "p")}))
    assert ("waw", "r", "p") in one.people.rows
    one.tick(61, 0)
    assert not one.people.rows


def test_coming_back_is_not_leaving() -> None:
    one = store()
    one.people.put(Person("waw", "r", "p"))
    one.people.go(("waw", "r", "p"), 1.0)
    one.people.put(Person("waw", "r", "p"))
    one.tick(60, 0)
    assert len(one.people) == 1


def test_what_we_asked_for_stays_painted_over_deltas() -> None:
    one = store()
    one.people.put(Person("waw", "r", "p"))
    one.people.rows[("waw", "r", "p")].pending = "mute"
    one.people.put(Person("waw", "r", "p", level=20))
    assert one.people.rows[("waw", "r", "p")].pending == "mute"


def test_chat_keeps_the_newest_and_counts_the_rest() -> None:
    one = store()
    room = ("waw", "r")
    one.fold_messages(room, [Message("waw", "r", f"m{i}") for i in range(KEPT_MESSAGES + 7)], snapshot=False)
    assert len(one.messages[room]) == KEPT_MESSAGES
    assert one.dropped[room] == 7
    one.fold_messages(room, [Message("waw", "r", "m506", hidden=True)], snapshot=False)
    changed = one.message(("waw", "r", "m506"))
    assert changed is not None and changed.hidden
    assert len(one.messages[room]) == KEPT_MESSAGES


def test_a_view_that_nobody_looks_at_does_not_gather_every_row_there_is() -> None:
    """D5: memory. It is told that everything changed instead, and that its order may have."""
    one = store()
    seen, unseen = one.people.view(), one.people.view()
    for number in range(COUNTED + 1):
        one.people.put(Person("waw", "daily", f"p{number}"))
        if number % 100 == 0:
            seen.take()
    one.tick(2.0, 2)
    assert (unseen.keys, unseen.members, unseen.everything) == (set(), True, True)
    assert (len(seen.keys), seen.everything) == (COUNTED % 100, False)
    assert unseen.take() == (set(), True)
    assert not unseen.everything
