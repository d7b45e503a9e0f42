"""Limits of the node, of types and of rooms: what they count, whose refuses, and what an operator may set (R098, R099,
R163, T2)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.participants.view import Role
from node.features.quota.rules import LEASE_S, MOST, Book, Leases, Limits, SetRoomQuota, What, publishes
from node.features.types.rules import TYPES
from node.ports import Claim, Scope, Shape
from tests.features.stage import OPERATOR, Stage

NODE = Scope("node", "", "people")
HALL = Scope("room", "hall", "people")


def claim(scope: Scope, limit: int) -> Claim:
    return Claim(scope, limit, "NODE_FULL", scope.kind)


def test_all_or_nothing() -> None:
    """A join that finds one limit reached takes none of the other places."""
    leases = Leases()
    leases.take("p1", [claim(HALL, 5), claim(NODE, 1)], 0.0)
    with pytest.raises(Refused) as full:
        leases.take("p2", [claim(HALL, 5), claim(NODE, 1)], 0.0)
    assert (full.value.limit, full.value.current, full.value.set_by) == ("1", "1", "node")
    assert (leases.use(HALL), leases.use(NODE)) == (1, 1)


def test_the_same_holder_is_counted_once_and_gives_everything_back() -> None:
    leases = Leases()
    leases.take("p1", [claim(HALL, 1)], 0.0)
    leases.take("p1", [claim(HALL, 1), claim(NODE, 1)], 0.0)
    assert (leases.use(HALL), leases.use(NODE)) == (1, 1)
    leases.give_back("p1")
    leases.give_back("p1")
    assert (leases.use(HALL), leases.use(NODE)) == (0, 0)


def test_a_place_that_is_not_renewed_comes_back_with_its_lease() -> None:
    leases = Leases()
    leases.take("dead", [claim(NODE, 2)], 0.0)
    leases.take("alive", [claim(NODE, 2)], 0.0)
    leases.hold("alive", frozenset({NODE}), LEASE_S - 1)
    assert leases.expire(LEASE_S - 0.1) == []
    assert leases.expire(LEASE_S) == ["dead"]
    assert leases.use(NODE) == 1


def test_after_a_restart_whoever_is_there_is_counted_whatever_the_limit() -> None:
    leases = Leases()
    for person in ("p1", "p2", "p3"):
        leases.hold(person, frozenset({NODE}), 0.0)
    with pytest.raises(Refused) as full:
        leases.take("p4", [claim(NODE, 2)], 0.0)
    assert (full.value.limit, full.value.current) == ("2", "3")


def test_the_smaller_limit_holds_and_says_whose_it_is() -> None:
    book = Book(Limits(room_participants_max=1000))
    assert book.ceiling(TYPES["conference"]) == (55, "type")
    assert book.ceiling(TYPES["meeting"]) == (1000, "node")
    book.set(Scope("node", "", "room_people"), 30, "olga", 1.0)
    assert book.ceiling(TYPES["conference"]) == (30, "node")
    book.set(Scope("type", "conference", "room_people"), 20, "olga", 2.0)
    assert book.ceiling(TYPES["conference"]) == (20, "type")


def test_the_hard_maximum_of_a_type_is_not_an_operators_to_raise() -> None:
    """R163: 55 is 55."""
    book = Book(Limits())
    with pytest.raises(Refused) as refused:
        book.set(Scope("type", "conference", "room_people"), 56, "olga", 1.0)
    assert (refused.value.code, refused.value.limit, refused.value.set_by) == ("VALUE_INVALID", "0 … 55", "type")
    assert book.ceiling(TYPES["conference"]) == (55, "type")


def test_zero_is_back_to_the_default() -> None:
    book = Book(Limits(node_participants=7))
    assert book.set(NODE, 3, "olga", 1.0).limit == 3
    assert (book.value(NODE).limit, book.value(NODE).set_by) == (3, "olga")
    assert book.set(NODE, 0, "olga", 2.0).limit is None
    assert (book.value(NODE).limit, book.value(NODE).set_by) == (7, "")


@pytest.mark.parametrize(
    "scope",
    [
        Scope("moon", "", "people"),
        Scope("node", "", "cats"),
        Scope("type", "circus", "people"),
        Scope("node", "n1", "people"),
    ],
)
def test_what_cannot_be_limited_is_refused(scope: Scope) -> None:
    with pytest.raises(Refused, match="VALUE_INVALID"):
        Book(Limits()).set(scope, 1, "olga", 1.0)


@pytest.mark.parametrize("limit", [-1, MOST + 1])
def test_a_number_that_nobody_can_mean_is_refused(limit: int) -> None:
    with pytest.raises(Refused, match="VALUE_INVALID"):
        Book(Limits()).set(NODE, limit, "olga", 1.0)


def test_who_counts_as_a_publisher() -> None:
    """By the role's rights in the type of the room; a player never, whoever holds it."""
    webinar, meeting = TYPES["webinar"], TYPES["meeting"]
    assert publishes(webinar, Role.SPEAKER, Shape.PAGE) and publishes(webinar, Role.HOST, Shape.WHIP)
    assert not publishes(webinar, Role.PARTICIPANT, Shape.PAGE)
    assert publishes(meeting, Role.PARTICIPANT, Shape.PAGE)
    assert not publishes(meeting, Role.HOST, Shape.WHEP)


def test_publishers_of_a_room_are_limited_and_its_audience_is_not() -> None:
    stage = Stage(type="webinar")
    stage.do(SetRoomQuota(What.PUBLISHERS, 1, OPERATOR))
    stage.enter("Amina", "host-ticket")
    with pytest.raises(Refused) as full:
        stage.knock("Bruno", "speaker-ticket")
    said = full.value.refusal()
    assert (said.code, said.limit, said.current, said.set_by) == ("PUBLISHERS_FULL", "1", "1", "room")
    assert "1" in said.message["fr"] and said.next_step["en"]
    stage.enter("Chloé", "participant-ticket")


def test_a_listener_who_comes_back_as_host_needs_a_publishers_place() -> None:
    stage = Stage(type="webinar")
    stage.do(SetRoomQuota(What.PUBLISHERS, 1, OPERATOR))
    stage.enter("Amina", "host-ticket")
    bruno = stage.enter("Bruno", "participant-ticket")
    with pytest.raises(Refused, match="PUBLISHERS_FULL"):
        stage.come_back(bruno, "host-ticket")
    assert stage.see(bruno).role is Role.PARTICIPANT
    stage.do(SetRoomQuota(What.PUBLISHERS, 2, OPERATOR))
    stage.come_back(bruno, "host-ticket")
    assert stage.see(bruno).role is Role.HOST
