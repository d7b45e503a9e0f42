"""Messages that not everybody may read: to one person, to the moderators. Who is told is decided here, once."""

from __future__ import annotations

import random

import pytest

from node.errors import Refused
from node.features.chat.rules import Complain, Hide, MessagePosted, PrivateHidden, PrivatePosted, Retract, Say
from node.features.moderation.rules import Regulate
from tests.features.stage import OPERATOR, Stage, of


def say(stage: Stage, who: str, to: str = "", text: str = "bonjour", reply: str = "") -> MessagePosted | PrivatePosted:
    (event,) = stage.do(Say(who, text, f"<p>{text}</p>", to=to, reply=reply))
    assert isinstance(event, MessagePosted | PrivatePosted)
    return event


def readers(stage: Stage, event: MessagePosted | PrivatePosted) -> set[str]:
    assert isinstance(event, PrivatePosted)
    return set(stage.room.chat.readers(event))


def test_a_private_message_has_two_readers() -> None:
    """R174."""
    stage = Stage()
    host, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    said = say(stage, amina, bruno)
    assert readers(stage, said) == {amina, bruno}
    seen = {who: len(stage.room.chat.private_of(stage.room.people.get(who))) for who in (host, amina, bruno)}
    assert seen == {host: 0, amina: 1, bruno: 1}
    assert stage.room.chat.view() == stage.room.chat.recent() == ()  # what operators and newcomers are given


def test_the_staff_channel_is_read_by_hosts_and_whoever_asked() -> None:
    """R107: a moderators-only message is never shown to others; T7: people can ask for help."""
    stage = Stage()
    helene, igor = stage.enter("Hélène", "host-ticket"), stage.enter("Igor", "host-ticket")
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    assert readers(stage, say(stage, helene, "staff")) == {helene, igor}
    assert readers(stage, say(stage, amina, "staff", "je n’entends rien")) == {helene, igor, amina}
    assert len(stage.room.chat.private_of(stage.room.people.get(bruno))) == 0
    late = stage.enter("Jeanne", "host-ticket")
    assert len(stage.room.chat.private_of(stage.room.people.get(late))) == 2


def test_nobody_answers_what_they_may_not_read_and_no_answer_leaves_its_channel() -> None:
    stage = Stage()
    amina, bruno, chloe = stage.enter("Amina"), stage.enter("Bruno"), stage.enter("Chloé")
    secret = say(stage, amina, bruno).message
    assert say(stage, bruno, amina, "oui", secret).reply == secret
    for who, to in ((chloe, ""), (chloe, amina), (bruno, ""), (bruno, chloe)):
        with pytest.raises(Refused) as refused:
            say(stage, who, to, "et alors", secret)
        assert refused.value.code == "MESSAGE_UNKNOWN"
    public = say(stage, amina).message
    assert say(stage, chloe, "", "merci", public).reply == public


@pytest.mark.parametrize("to", ["p_nobody", "p1"])
def test_nobody_writes_to_themselves_or_to_somebody_who_is_not_there(to: str) -> None:
    stage = Stage()
    amina = stage.enter()
    with pytest.raises(Refused) as refused:
        say(stage, amina, to)
    assert refused.value.code == "PARTICIPANT_UNKNOWN"


@pytest.mark.parametrize("turned", ["public", "private"])
@pytest.mark.parametrize("private", [True, False])
@pytest.mark.parametrize("public", [True, False])
def test_either_switch_is_turned_alone(public: bool, private: bool, turned: str) -> None:
    """R106: from each of the four ways in which two switches can be set, one is turned; the other stays, and what may
    be said is what the two say."""
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    stage.do(Regulate(OPERATOR, public=public, private=private))
    on = {"public": public, "private": private}
    on[turned] = not on[turned]
    stage.do(Regulate(OPERATOR, **{turned: on[turned]}))
    settings = stage.room.moderation.settings
    assert {"public": settings.public, "private": settings.private} == on
    for to, allowed, code in (("", on["public"], "CHAT_OFF"), (bruno, on["private"], "PRIVATE_CHAT_OFF")):
        if allowed:
            assert say(stage, amina, to)
            continue
        with pytest.raises(Refused) as refused:
            say(stage, amina, to)
        assert refused.value.code == code


def test_public_and_private_are_two_switches_and_help_is_a_third() -> None:
    """R106, R191, R192, R194, T7: flags bind participants and nobody else."""
    stage = Stage()
    helene, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    stage.do(Regulate(stage.host(helene), public=False, private=False))
    for to, code in (("", "CHAT_OFF"), (bruno, "PRIVATE_CHAT_OFF")):
        with pytest.raises(Refused) as refused:
            say(stage, amina, to)
        assert refused.value.code == code
    assert say(stage, amina, helene)
    assert say(stage, amina, "staff", "au secours")
    assert say(stage, helene)
    assert say(stage, helene, amina)
    stage.do(Regulate(stage.host(helene), public=True, to_staff=False))
    assert say(stage, amina, "", "enfin")
    with pytest.raises(Refused) as refused:
        say(stage, amina, helene)
    assert refused.value.code == "PRIVATE_CHAT_OFF"


def test_one_takes_back_ones_own_and_nobody_elses() -> None:
    stage = Stage()
    amina, bruno = stage.enter("Amina"), stage.enter("Bruno")
    public, private = say(stage, amina).message, say(stage, amina, bruno).message
    for message, code in ((public, "NOT_ALLOWED"), (private, "MESSAGE_UNKNOWN")):
        with pytest.raises(Refused) as refused:
            stage.do(Retract(bruno, message))
        assert refused.value.code == code
    stage.do(Retract(amina, public))
    assert stage.room.chat.recent() == ()
    (gone,) = of(stage.do(Retract(amina, private)), PrivateHidden)
    assert set(stage.room.chat.readers(gone)) == {amina, bruno}
    assert stage.room.chat.private_of(stage.room.people.get(bruno)) == ()


def test_neither_operators_nor_hosts_hide_what_they_cannot_read() -> None:
    """D5: there is no way in which an operator learns of a private message, not even by guessing its id."""
    stage = Stage()
    helene, amina, bruno = stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")
    secret, staff = say(stage, amina, bruno).message, say(stage, helene, "staff").message
    for message, by in ((secret, OPERATOR), (secret, stage.host(helene)), (staff, OPERATOR)):
        with pytest.raises(Refused) as refused:
            stage.do(Hide(message, by))
        assert refused.value.code == "MESSAGE_UNKNOWN"
    assert of(stage.do(Hide(staff, stage.host(helene))), PrivateHidden)
    with pytest.raises(Refused):
        stage.do(Complain(helene, secret))


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_said_nobody_reads_more_than_is_theirs(seed: int) -> None:
    """Property: after any sequence of coming, going, writing and taking back, a person can read a private message only
    as its author, its addressee or, in the moderators' channel, as a moderator."""
    chance = random.Random(seed)
    stage = Stage()
    here = [stage.enter("Hélène", "host-ticket"), stage.enter("Amina"), stage.enter("Bruno")]
    hosts, written = {here[0]}, {}
    for step in range(120):
        stage.wait(chance.choice((0.2, 1.0, 5.0)))
        who = chance.choice(here)
        match chance.randrange(6):
            case 0 if len(here) < 12:
                newcomer = stage.enter(f"P{step}", chance.choice(("ticket", "host-ticket")))
                here.append(newcomer)
                if stage.room.people.get(newcomer).role == "host":
                    hosts.add(newcomer)
            case 1 if written:
                try:
                    stage.do(Retract(who, chance.choice(list(written))))
                except Refused:
                    continue
            case _:
                to = chance.choice(["", "staff", *here])
                try:
                    said = say(stage, who, to, f"message {step}", chance.choice(["", *written]))
                except Refused:
                    continue
                written[said.message] = (who, to)
        for reader in here:
            for message in stage.room.chat.private_of(stage.room.people.get(reader)):
                author, to = written[message.message]
                assert reader in (author, to) or (to == "staff" and reader in hosts)
        assert all(written[message.message][1] == "" for message in stage.room.chat.view())
