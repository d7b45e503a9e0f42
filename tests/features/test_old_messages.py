"""A message that the room does not remember any more: whoever may take it away still does."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from node.errors import Refused
from node.features.chat.memory import CHANNEL, CONVERSATION, PRIVATE, PUBLIC, Memory
from node.features.chat.rules import (
    Complain,
    Hide,
    MessageHidden,
    MessagePosted,
    PrivateHidden,
    PrivatePosted,
    Retract,
    Say,
    private_view_of,
    view_of,
)
from node.features.chat.view import PrivateView, Stored, message_id
from node.features.moderation.rules import Decide, ItemDecided, ItemOpened
from tests.features.stage import NOON, OPERATOR, Stage, of


class Long(Stage):
    """A room in which much was said; `ledger` has all of it."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger: dict[str, Stored] = {}
        self.helene = self.enter("Hélène", "host-ticket")
        self.amina, self.bruno = self.enter("Amina"), self.enter("Bruno")

    def say(self, who: str, text: str, to: str = "") -> str:
        self.wait(1)
        (posted,) = self.do(Say(who, text, f"<p>{text}</p>", to=to))
        if isinstance(posted, MessagePosted):
            self.ledger[posted.message] = view_of(posted)
        else:
            assert isinstance(posted, PrivatePosted)
            self.ledger[posted.message] = private_view_of(posted)
        return posted.message

    def go_on(self, to: str = "", count: int = PUBLIC) -> None:
        for n in range(count):
            self.say(self.helene, f"n {n}", to)

    def refused(self, command: msgspec.Struct) -> str:
        with pytest.raises(Refused) as refused:
            self.do(command)
        return refused.value.code


def test_hosts_operators_and_the_author_take_away_what_is_long_past() -> None:
    """R184: hiding works for any message that is stored."""
    room = Long()
    one, two, three = (room.say(room.amina, f"insulte {n}") for n in range(3))
    room.go_on()
    assert room.room.chat.get(one) is None
    commands: list[tuple[str, Any, str]] = [
        (one, Hide(one, OPERATOR, "assez", room.ledger[one]), "olga"),
        (two, Hide(two, room.host(room.helene), "", room.ledger[two]), room.helene),
        (three, Retract(room.amina, three, room.ledger[three]), room.amina),
    ]
    for message, command, by in commands:
        (hidden,) = of(room.do(command), MessageHidden)
        assert (hidden.message, hidden.by) == (message, by)
        assert hidden.view is not None
        assert (hidden.view.hidden, hidden.view.text[:7]) == (True, "insulte")


def test_what_is_old_is_not_everybodys_to_take_away() -> None:
    """H18: the rules decide on what the ledger brings as on what they remember."""
    room = Long()
    old, secret = room.say(room.amina, "bonjour"), room.say(room.amina, "entre nous", room.bruno)
    room.go_on()
    room.go_on(room.amina, CONVERSATION)
    for n in range(CONVERSATION):
        room.say(room.amina, f"p {n}", room.bruno)
    assert not room.room.chat.remembers(secret)
    assert room.refused(Retract(room.bruno, old, room.ledger[old])) == "NOT_ALLOWED"
    assert room.refused(Retract(room.bruno, secret, room.ledger[secret])) == "MESSAGE_UNKNOWN"
    for by in (OPERATOR, room.host(room.helene)):
        assert room.refused(Hide(secret, by, "", room.ledger[secret])) == "MESSAGE_UNKNOWN"
    assert room.refused(Hide("m_000000999", OPERATOR, "", room.ledger[old])) == "MESSAGE_UNKNOWN"
    assert room.refused(Complain(room.helene, secret, "", room.ledger[secret])) == "MESSAGE_UNKNOWN"
    (gone,) = of(room.do(Retract(room.amina, secret, room.ledger[secret])), PrivateHidden)
    assert (gone.message, gone.participant, gone.to) == (secret, room.amina, room.bruno)
    assert room.refused(Complain(room.bruno, secret, "", room.ledger[secret])) == "MESSAGE_UNKNOWN"


def test_a_report_of_something_old_is_decided_like_any_other() -> None:
    """What the verdict says happens, whether the room remembers the message or not."""
    room = Long()
    public, secret = room.say(room.amina, "insulte"), room.say(room.amina, "menace", room.bruno)
    (one,) = of(room.do(Complain(room.bruno, public, "blessant")), ItemOpened)
    (two,) = of(room.do(Complain(room.bruno, secret, "menaçant")), ItemOpened)
    room.go_on()
    for n in range(CONVERSATION):
        room.say(room.bruno, f"n {n}", room.amina)
    (hidden,) = of(room.do(Decide(one.item.item, "hide", room.host(room.helene))), MessageHidden)
    assert (hidden.message, hidden.reason) == (public, "blessant")
    assert hidden.view is not None
    assert (hidden.view.text, hidden.view.sent) == ("insulte", room.ledger[public].sent)
    (gone,) = of(room.do(Decide(two.item.item, "hide", room.host(room.helene))), PrivateHidden)
    assert (gone.message, gone.to) == (secret, room.bruno)
    assert not room.room.moderation.queue()


def test_what_is_old_can_be_reported_and_answered() -> None:
    room = Long()
    old = room.say(room.amina, "insulte")
    room.go_on()
    assert room.refused(Complain(room.bruno, old)) == "MESSAGE_UNKNOWN"
    (opened,) = of(room.do(Complain(room.bruno, old, "blessant", room.ledger[old])), ItemOpened)
    assert opened.item.text == "insulte"
    (answer,) = of(room.do(Say(room.bruno, "pourquoi ?", "", "", "", old, room.ledger[old])), MessagePosted)
    assert answer.reply == old
    assert of(room.do(Hide(old, OPERATOR, "", room.ledger[old])), ItemDecided)
    assert room.refused(Complain(room.bruno, old, "", room.ledger[old])) == "MESSAGE_UNKNOWN"


def test_no_conversation_makes_another_one_short() -> None:
    """R174: what two people wrote to each other stays, however much others write."""
    room = Long()
    kept = room.say(room.amina, "à demain", room.bruno)
    room.go_on("staff", CHANNEL + 50)
    room.go_on(room.amina, CONVERSATION + 50)
    assert room.room.chat.remembers(kept)
    mine = room.room.chat.private_of(room.room.people.get(room.helene))
    assert len(mine) == 200
    earliest = next(message for message in room.ledger if message != kept)
    assert not room.room.chat.remembers(earliest)


def test_who_writes_to_everybody_pushes_out_their_own_words() -> None:
    """A room's memory is bounded, and it is paid for by who fills it."""
    memory = Memory()

    def write(number: int, who: str, to: str) -> None:
        memory.add(PrivateView(message_id(number), "salle", who, who, to, "bonjour", "", NOON))

    write(1, "amina", "bruno")
    for n in range(PRIVATE + 500):
        write(n + 2, "mallory", f"p{n % 60}")
    assert len(memory.private) == PRIVATE
    assert "m_000000001" in memory.private
    assert "m_000000002" not in memory.private
