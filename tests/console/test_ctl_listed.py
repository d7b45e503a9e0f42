"""`regie alerts` and `regie events` say all that there is without `list`; a word that no event has is said at once."""

from __future__ import annotations

import json

from tests.console.fleet import FakeNode
from tests.console.test_ctl import Regie, regie, waw

__all__ = ["regie", "waw"]


def test_a_noun_that_can_only_be_listed_is_listed(regie: Regie) -> None:
    code, out, _ = regie("alerts", "-c", "dead", "-o", "json")
    assert (code, [one["alert"] for one in json.loads(out)]) == (3, ["RegieNodeDown"])
    assert regie("events", "-c", "waw", "-o", "json")[0] == 0
    assert regie("alerts")[0] == 1, "of three contexts one answers"


def test_its_help_is_still_its_own(regie: Regie) -> None:
    for noun in ("alerts", "events"):
        code, out, _ = regie(noun, "--help")
        assert code == 0 and "list" in out and "--filter" not in out


def test_a_word_that_no_event_has_is_an_error_before_there_is_any(regie: Regie, waw: FakeNode) -> None:
    for watch in ((), ("--watch",)):
        code, out, err = regie("events", "list", "-c", "waw", "-f", "whoo:olga", *watch)
        assert (code, out) == (2, "") and "who" in err, watch


def test_contexts_are_filtered(regie: Regie) -> None:
    assert regie("contexts", "list", "-f", "current:yes", "-o", "id")[1].split() == ["waw"]
    assert regie("contexts", "list", "-f", "contxt:waw")[0] == 2
