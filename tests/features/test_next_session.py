"""A room that is used again: what was said in one session is not there in the next one, but in exports."""

from __future__ import annotations

import msgspec
import pytest

from node.errors import Refused
from node.features.chat.rules import ChatBegun, MessagePosted, Say, view_of
from node.features.moderation.rules import Regulate
from node.features.schedule.rules import EndSitting, Plan
from node.features.types.rules import TYPES
from tests.features.stage import OPERATOR, Stage, of


def used_once(type: str = "webinar") -> tuple[Stage, MessagePosted]:
    """A session that is over. What was said to everybody in it."""
    stage = Stage(type=type, plan=Plan(minutes=120))
    host, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    (said,) = of(stage.do(Say(amina, "bonjour", "")), MessagePosted)
    stage.do(Say(host, "entre nous", "", to="staff"))
    stage.do(Say(amina, "à toi seule", "", to=host))
    stage.do(Regulate(stage.host(host), hold=True, slow_s=7))
    stage.wait(7)
    stage.do(Say(amina, "une question", ""))
    stage.do(EndSitting(stage.host(host)))
    return stage, said


def test_the_next_session_begins_with_an_empty_chat_and_the_same_settings() -> None:
    """R089, D5: nobody of the next session reads what was said in the last one, hosts included; the settings stay."""
    stage, said = used_once()
    (begun,) = of(stage.happened, ChatBegun)
    assert begun.after == 3
    host, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Bruno")
    chat, people = stage.room.chat, stage.room.people
    assert chat.recent() == ()
    assert [chat.private_of(people.get(who)) for who in (host, bruno)] == [(), ()]
    assert stage.room.moderation.queue() == ()
    assert (stage.room.moderation.settings.hold, stage.room.moderation.settings.slow_s) == (True, 7)
    assert chat.before(people.get(bruno), "m_000000009", [view_of(said)]) == []
    with pytest.raises(Refused, match="MESSAGE_UNKNOWN"):
        stage.do(Say(host, "à propos", "", reply=said.message, found=view_of(said)))
    (next_,) = of(stage.do(Say(host, "bonsoir", "")), MessagePosted)
    assert next_.number == 4
    assert not chat.whole  # operators' lists and exports go to the ledger for the rest


def test_what_is_said_before_the_start_belongs_to_what_begins() -> None:
    """R132: speakers who prepare find their words when the session has begun."""
    stage, _ = used_once()
    speaker = stage.enter("Sacha", "speaker-ticket")
    stage.do(Regulate(OPERATOR, hold=False, slow_s=0))
    stage.do(Say(speaker, "on m’entend ?", ""))
    stage.enter("Hélène", "host-ticket")
    assert [message.text for message in stage.room.chat.recent()] == ["on m’entend ?"]


def test_a_type_may_keep_its_chat(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is a column of the table."""
    monkeypatch.setitem(TYPES, "club", msgspec.structs.replace(TYPES["webinar"], key="club", keeps_chat=True))
    stage, said = used_once("club")
    stage.enter("Hélène", "host-ticket")
    assert [message.message for message in stage.room.chat.recent()] == [said.message]
    assert len(stage.room.moderation.queue()) == 1
    assert not any(row.keeps_chat for key, row in TYPES.items() if key != "club")
