"""What may be said, what waits for a moderator, and that two moderators never decide the same thing."""

from __future__ import annotations

import random
from typing import Any

import pytest

from node.errors import Refused
from node.features.chat.rules import (
    Complain,
    Complained,
    Declined,
    Hide,
    MessageHidden,
    MessagePosted,
    PrivatePosted,
    Retract,
    Say,
    Waiting,
)
from node.features.moderation.rules import (
    CLAIM_S,
    Claim,
    Decide,
    Item,
    ItemClaimed,
    ItemDecided,
    ItemOpened,
    Regulate,
    Release,
    Restrain,
)
from node.features.moderation.words import found, own
from node.features.participants.rules import Leave, Tick
from node.ports import Actor, Event
from tests.features.stage import OPERATOR, Stage, of


class Desk(Stage):
    """A room with two moderators and two participants."""

    def __init__(self, **settings: Any) -> None:
        super().__init__()
        self.helene, self.igor = self.enter("Hélène", "host-ticket"), self.enter("Igor", "host-ticket")
        self.amina, self.bruno = self.enter("Amina"), self.enter("Bruno")
        if settings:
            self.do(Regulate(self.host(self.helene), **settings))

    def say(self, who: str, text: str = "bonjour", key: str = "", to: str = "") -> list[Event]:
        return self.do(Say(who, text, f"<p>{text}</p>", key, to))

    def held(self, who: str, text: str = "bonjour", key: str = "") -> Item:
        (opened,) = of(self.say(who, text, key), ItemOpened)
        return opened.item

    def refused(self, command: Any) -> Refused:
        with pytest.raises(Refused) as refused:
            self.do(command)
        return refused.value


# ---------------------------------------------------------------- pace and repetition


def test_slow_mode_is_one_message_a_person_and_says_how_long() -> None:
    desk = Desk(slow_s=30)
    desk.say(desk.amina)
    desk.wait(12)
    refused = desk.refused(Say(desk.amina, "encore", ""))
    assert (refused.code, refused.limit, refused.current) == ("SLOW_MODE", "30 s", "18 s")
    assert of(desk.say(desk.bruno), MessagePosted)  # each person has their own
    assert of(desk.say(desk.amina, "question", to="staff"), PrivatePosted)
    desk.wait(18)
    assert of(desk.say(desk.amina), MessagePosted)
    for _ in range(3):
        assert of(desk.say(desk.helene), MessagePosted)  # R194


def test_a_clock_that_steps_back_slows_nobody_for_longer() -> None:
    """H28."""
    desk = Desk(slow_s=30)
    desk.say(desk.amina)
    desk.wait(-3600)
    assert of(desk.say(desk.amina), MessagePosted)


def test_the_same_text_again_is_refused_to_whomever_it_goes() -> None:
    desk = Desk()
    desk.say(desk.amina, "Gagnez de l’argent facile")
    for to in ("", desk.bruno):
        assert desk.refused(Say(desk.amina, "gagnez de l'ARGENT  facile".replace("'", "’"), "", to=to)).code == (
            "MESSAGE_REPEATED"
        )
    assert of(desk.say(desk.bruno, "Gagnez de l’argent facile"), MessagePosted)
    for _ in range(2):
        assert of(desk.say(desk.amina, "oui"), MessagePosted)  # an answer, not spam
    desk.wait(30)
    assert of(desk.say(desk.amina, "Gagnez de l’argent facile"), MessagePosted)


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    "text",
    [
        "quelle merde",
        "MERDE!",
        "m3rde",
        "meeerde",
        "m.e.r.d.e",
        "mer\u200bde",
        "mеrde",
        "f u c k you",
        "FUUUCK",
        "sh!t",
        "$h1t",
        "Enculé",
        "encule",
        "Ｆｕｃｋ",
        "es-tu un connard ?",
    ],
)
def test_listed_words_are_found_however_they_are_dressed_up(text: str) -> None:
    assert found(text)


@pytest.mark.parametrize(
    "text",
    [
        "un concombre",
        "Scunthorpe",
        "computer",
        "dispute",
        "shiitake",
        "en retard",
        "cones",
        "",
        "Les assistants sont réputés",
        "class assessment",
        "J’ai 5 enfants",
        "analyse",
        "Dick Rivers",
        "la pédale",
    ],
)
def test_words_that_only_look_like_them_pass(text: str) -> None:
    assert not found(text)


def test_a_room_has_words_of_its_own() -> None:
    assert found("Le Débat est clos", own(["débat"]))
    desk = Desk(words="refuse", own_words=("Bitcoin",))
    assert desk.refused(Say(desk.amina, "achetez du b1tcoin", "")).code == "WORD_REFUSED"
    assert of(desk.say(desk.helene, "le bitcoin est interdit"), MessagePosted)


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("бот", "Это БОТ!"),
        ("спам", "никакого спама нет, спам есть"),
        ("احتيال", "هذا احتيال."),
        ("מרמה", "זו מרמה"),
        ("詐欺", "これは詐欺です"),
        ("หลอกลวง", "นี่คือการหลอกลวงครับ"),
        ("bon marché", "du BON  marche, vraiment"),
        ("argent facile", "Argent-facile ici"),
        ("covid19", "le Covid19 revient"),
        ("42", "la réponse : 42"),
        ("Straße", "die STRASSE"),
    ],
)
def test_own_words_are_found_in_any_script_and_of_several_words(word: str, text: str) -> None:
    assert found(text, own([word]))


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("бот", "работа"),
        ("спам", "ça va, ca va"),
        ("спам", "cam c a"),
        ("bon marché", "un bon et un marché"),
        ("bon marché", "bonmarché"),
        ("42", "1942"),
        ("…", "rien du tout…"),
        ("", "rien"),
    ],
)
def test_own_words_find_nothing_else(word: str, text: str) -> None:
    """A word in another script is not taken for the Latin letters in it."""
    assert not found(text, own([word]))


def test_listed_words_can_wait_instead() -> None:
    desk = Desk(words="hold")
    assert desk.held(desk.amina, "quelle merde").why == "words"
    assert of(desk.say(desk.amina, "quel dommage"), MessagePosted)
    assert desk.refused(Say(desk.amina, "merde alors", "", to=desk.bruno)).code == "WORD_REFUSED"


# ---------------------------------------------------------------- approval


def test_what_is_held_is_said_when_it_is_approved() -> None:
    desk = Desk(hold=True)
    events = desk.say(desk.amina, key="k1")
    (item,) = (event.item for event in of(events, ItemOpened))
    assert of(events, Waiting)[0].participant == desk.amina
    assert desk.room.chat.view() == ()
    assert of(desk.say(desk.amina, key="k1"), ItemOpened) == []  # asked again: waits once
    desk.wait(40)
    (posted,) = of(desk.do(Decide(item.item, "approve", desk.host(desk.igor))), MessagePosted)
    assert (posted.participant, posted.text, posted.key) == (desk.amina, "bonjour", "k1")
    assert desk.room.moderation.queue() == ()
    assert desk.say(desk.amina, key="k1") == []


def test_what_is_declined_is_told_to_its_author_alone() -> None:
    desk = Desk(hold=True)
    item = desk.held(desk.amina, key="k1")
    events = desk.do(Decide(item.item, "decline", OPERATOR))
    assert [(event.participant, event.key) for event in of(events, Declined)] == [(desk.amina, "k1")]
    assert of(events, MessagePosted) == []


def test_one_person_can_be_held_or_muted_and_still_ask_for_help() -> None:
    desk = Desk()
    desk.do(Restrain(desk.amina, "hold", desk.host(desk.helene)))
    assert desk.held(desk.amina).why == "person"
    desk.do(Restrain(desk.amina, "mute", desk.host(desk.helene)))
    for to in ("", desk.bruno):
        assert desk.refused(Say(desk.amina, "pourquoi", "", to=to)).code == "CHAT_MUTED"
    assert of(desk.say(desk.amina, "pourquoi", to="staff"), PrivatePosted)
    assert of(desk.say(desk.bruno), MessagePosted)
    desk.do(Restrain(desk.amina, "", desk.host(desk.helene)))
    assert of(desk.say(desk.amina), MessagePosted)
    assert desk.refused(Restrain(desk.igor, "mute", desk.host(desk.helene))).code == "NOT_ALLOWED"


@pytest.mark.parametrize(
    "command",
    [
        lambda who: Regulate(who, slow_s=10),
        lambda who: Restrain("p4", "mute", who),
        lambda who: Claim("i_1", who),
        lambda who: Release("i_1", who),
        lambda who: Decide("i_1", "approve", who),
    ],
)
def test_a_participant_moderates_nothing(command: Any) -> None:
    """H18."""
    desk = Desk()
    assert desk.refused(command(Actor("host", desk.amina, "host"))).code == "NOT_ALLOWED"


@pytest.mark.parametrize(
    "change", [{"slow_s": -1}, {"slow_s": 3601}, {"per_moderator": 1001}, {"own_words": ("x" * 41,)}]
)
def test_settings_that_cannot_be(change: dict[str, Any]) -> None:
    desk = Desk()
    assert desk.refused(Regulate(OPERATOR, **change)).code == "VALUE_INVALID"
    assert desk.do(Regulate(OPERATOR, slow_s=0)) == []


# ---------------------------------------------------------------- reports


def test_a_report_goes_to_the_moderators_and_its_message_goes_with_it() -> None:
    desk = Desk()
    (posted,) = of(desk.say(desk.amina, "insulte"), MessagePosted)
    events = desk.do(Complain(desk.bruno, posted.message, "blessant"))
    (item,) = (event.item for event in of(events, ItemOpened))
    assert (item.kind, item.participant, item.why, item.reports) == ("report", desk.amina, "blessant", 1)
    assert of(events, Complained)
    assert of(desk.do(Complain(desk.bruno, posted.message)), ItemOpened) == []  # once each
    chloe = desk.enter("Chloé")
    (more,) = of(desk.do(Complain(chloe, posted.message)), ItemOpened)
    assert (more.item.item, more.item.reports) == (item.item, 2)
    assert of(desk.do(Decide(item.item, "hide", desk.host(desk.igor))), MessageHidden)
    assert desk.room.chat.recent() == ()


def test_reports_of_a_message_that_is_hidden_are_settled() -> None:
    desk = Desk()
    (posted,) = of(desk.say(desk.amina), MessagePosted)
    desk.do(Complain(desk.bruno, posted.message))
    assert of(desk.do(Hide(posted.message, desk.host(desk.helene))), ItemDecided)
    assert desk.room.moderation.queue() == ()


def test_an_author_who_takes_back_what_was_reported_does_not_settle_the_report() -> None:
    """Moderators still see what was said, and by whom."""
    desk = Desk()
    (posted,) = of(desk.say(desk.amina, "menace"), MessagePosted)
    desk.do(Complain(desk.bruno, posted.message))
    events = desk.do(Retract(desk.amina, posted.message))
    assert of(events, MessageHidden) and not of(events, ItemDecided)
    (item,) = desk.room.moderation.queue()
    assert item.text == "menace"
    assert of(desk.do(Decide(item.item, "hide", desk.host(desk.igor))), ItemDecided)


def test_who_got_a_private_message_may_show_it_to_the_moderators() -> None:
    """The reader decides; nobody else could (D5)."""
    desk = Desk()
    (secret,) = of(desk.say(desk.amina, "menace", to=desk.bruno), PrivatePosted)
    chloe = desk.enter("Chloé")
    assert desk.refused(Complain(chloe, secret.message)).code == "MESSAGE_UNKNOWN"
    (opened,) = of(desk.do(Complain(desk.bruno, secret.message)), ItemOpened)
    assert (opened.item.private, opened.item.text) == (True, "menace")
    desk.do(Decide(opened.item.item, "hide", desk.host(desk.igor)))
    assert desk.room.chat.private_of(desk.room.people.get(desk.bruno)) == ()


def test_somebody_who_reports_everything_is_stopped() -> None:
    desk = Desk()
    ids = []
    for n in range(11):
        ids += [posted.message for posted in of(desk.say(desk.amina, f"n {n}"), MessagePosted)]
        desk.wait(1)
    for message in ids[:10]:
        desk.do(Complain(desk.bruno, message))
    assert desk.refused(Complain(desk.bruno, ids[10])).code == "TOO_FAST"


# ---------------------------------------------------------------- claims


def test_what_one_moderator_has_claimed_no_other_decides() -> None:
    """R185."""
    desk = Desk(hold=True)
    item = desk.held(desk.amina)
    (claimed,) = of(desk.do(Claim(item.item, desk.host(desk.helene))), ItemClaimed)
    assert (claimed.item.claimed_by, claimed.item.claimed_name) == (desk.helene, "Hélène")
    for command in (Claim, Release):
        assert desk.refused(command(item.item, desk.host(desk.igor))).code == "ITEM_CLAIMED"
    assert desk.refused(Decide(item.item, "decline", OPERATOR)).current == "Hélène"
    assert desk.do(Claim(item.item, desk.host(desk.helene))) == []
    assert of(desk.do(Decide(item.item, "approve", desk.host(desk.helene))), MessagePosted)
    assert desk.do(Decide(item.item, "approve", desk.host(desk.helene))) == []  # a repeated press
    refused = desk.refused(Decide(item.item, "decline", desk.host(desk.igor)))
    assert (refused.code, refused.current, refused.limit) == ("ITEM_DONE", "Hélène", "approve")


def test_a_claim_ends_when_it_is_forgotten_given_back_or_left_behind() -> None:
    desk = Desk(hold=True)
    item = desk.held(desk.amina)
    desk.do(Claim(item.item, desk.host(desk.helene)))
    assert desk.room.deadline is not None
    assert desk.room.deadline <= desk.now + CLAIM_S
    desk.wait(CLAIM_S)
    (free,) = of(desk.do(Tick()), ItemClaimed)
    assert free.item.claimed_by == ""
    desk.do(Claim(item.item, desk.host(desk.igor)))
    assert of(desk.do(Release(item.item, desk.host(desk.igor))), ItemClaimed)
    desk.do(Claim(item.item, desk.host(desk.igor)))
    (left,) = of(desk.do(Leave(desk.igor)), ItemClaimed)
    assert left.item.claimed_by == ""


@pytest.mark.parametrize("verdict", ["hide", "dismiss"])
def test_a_held_message_knows_no_verdict_of_a_report(verdict: Any) -> None:
    desk = Desk(hold=True)
    item = desk.held(desk.amina)
    assert desk.refused(Decide(item.item, verdict, OPERATOR)).code == "VALUE_INVALID"
    assert desk.refused(Decide("i_0", "approve", OPERATOR)).code == "ITEM_UNKNOWN"


@pytest.mark.parametrize("seed", range(60))
def test_however_moderators_race_each_item_is_decided_once(seed: int) -> None:
    """R185, D4. Property: for any interleaving of claims, releases, decisions and waits, every item has at most one
    decision, by somebody who held its claim or found it free, and what was posted is what was approved."""
    chance = random.Random(seed)
    desk = Desk(hold=True)
    moderators: list[Actor] = [desk.host(desk.helene), desk.host(desk.igor), OPERATOR]
    items: list[str] = []
    decided: dict[str, str] = {}
    posted = 0
    for step in range(150):
        desk.wait(chance.choice((0.0, 1.0, 2.0, CLAIM_S)))
        by = chance.choice(moderators)
        if chance.random() < 0.3 or not items:
            try:
                items.append(desk.held(chance.choice((desk.amina, desk.bruno)), f"n {step}").item)
            except Refused:
                continue
            continue
        one = chance.choice(items)
        before = desk.room.moderation.item(one)
        assert before is not None
        command = chance.choice(
            [Claim(one, by), Release(one, by), Decide(one, "approve", by), Decide(one, "decline", by)]
        )
        try:
            events = desk.do(command)
        except Refused as refused:
            assert refused.code in ("ITEM_CLAIMED", "ITEM_DONE")
            continue
        for event in of(events, ItemDecided):
            assert event.item.item not in decided
            theirs = before.claimed_by in ("", by.id) or desk.now >= before.claimed_at + CLAIM_S
            assert theirs
            decided[event.item.item] = event.item.verdict
        posted += len(of(events, MessagePosted))
    assert posted == sum(verdict == "approve" for verdict in decided.values())
