"""The command line."""

from __future__ import annotations

import pytest

from console.grammar import CommandError, complete, parse


def test_a_whole_command() -> None:
    command = parse(":@staging mute marked source:camera,screen except:role:host -r too loud here")
    assert command is not None
    assert (command.verb, command.context, command.targets) == ("mute", "staging", ("marked",))
    assert (command.sources, command.spared, command.reason) == (("camera", "screen"), "role:host", "too loud here")


def test_names_with_spaces_and_aliases() -> None:
    command = parse('remove "Ada Lovelace"')
    assert command is not None and (command.verb, command.targets) == ("kick", ("Ada Lovelace",))
    assert parse("   ") is None


def test_the_filter_after_a_noun_is_kept_as_typed() -> None:
    command = parse('rooms people>3 title:"town hall"')
    assert command is not None and command.rest == 'people>3 title:"town hall"'


@pytest.mark.parametrize(
    ("line", "word"),
    [
        ("kik x", "command.unknown"),
        ('mute "x', "command.quote"),
        ("mute x --dry-rum", "command.option"),
        ("@prod", "command.unknown"),
    ],
)
def test_refusals(line: str, word: str) -> None:
    with pytest.raises(CommandError) as caught:
        parse(line)
    assert caught.value.word == word


def test_completion_of_verbs() -> None:
    assert complete("roo") == "room"
    assert complete("unm") == "unmute"
    assert complete("clo") == "close "
    assert complete("zz") == "zz"


@pytest.mark.parametrize(
    ("line", "targets", "reason"),
    [
        ("say l'heure d'aller", ("l'heure d'aller",), ""),
        ('say "On reprend"', ("On reprend",), ""),
        ("say voir source:x et --dry-run", ("voir source:x et --dry-run",), ""),
        ("kick o'brien -r l'ami  d'un \"autre\"", ("o'brien",), "l'ami  d'un \"autre\""),
        ('ban "Zoé -r Le Gall" --reason parti', ("Zoé -r Le Gall",), "parti"),
        ('mute . -r "trop fort"', (".",), "trop fort"),
    ],
)
def test_apostrophes_are_letters_and_what_is_said_stays_as_it_was_typed(
    line: str, targets: tuple[str, ...], reason: str
) -> None:
    """What an operator gives as a reason is in the audit for ever."""
    command = parse(line)
    assert command is not None
    assert (command.targets, command.reason) == (targets, reason)
