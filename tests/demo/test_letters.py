"""The alphabet of the name plates knows French."""

from __future__ import annotations

import pytest

from node.demo import letters, people


def picture(text: str) -> set[tuple[int, int]]:
    return set(letters.dots(text))


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.name)
def test_every_name_has_every_letter(person: people.Person) -> None:
    for character in set(person.name) - {" "}:
        assert picture(character), f"no drawing for {character!r}"
    assert max(x for x, _ in letters.dots(person.name)) <= letters.width(person.name)


def test_accents_are_drawn_and_take_no_room() -> None:
    assert picture("é") > picture("e")
    assert picture("ç") > picture("c")
    assert letters.width("Zoé") == letters.width("Zoe")


def test_what_has_no_drawing_leaves_a_gap() -> None:
    assert letters.width("a中b") == letters.width("a b")
    assert picture("a中b") == picture("a b")
