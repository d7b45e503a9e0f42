"""What commands print: whole tables, JSON lines and CSV that neither a terminal nor a spreadsheet obeys (D5, H22)."""

from __future__ import annotations

import asyncio
import csv
import io
import json

import pytest

from console.i18n import t
from console.sheets import sheet
from tests.console.fleet import FakeNode
from tests.console.test_ctl import Regie, regie, waw

__all__ = ["regie", "waw"]  # fixtures

ACTIVE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    " =1+1",
    "'=1+1",
    "\u200e=1+1",
    "\x1b[31m=1+1",
    "a;=1+1",
    'a;"=1+1',
    "\uff1d1+1",
)


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("text", ACTIVE)
def test_a_spreadsheet_computes_nothing_of_what_a_stranger_wrote(text: str) -> None:
    """However it parts cells: at commas, or at semicolons as in France."""
    written = sheet([{"name": text, "count": -3}])
    assert table(written)[0]["count"] == "-3"
    for part in (",", ";"):
        for row in csv.reader(io.StringIO(written), delimiter=part):
            for one in row:
                first = one.lstrip(" \"'")[:1] if not one.lstrip(' "').startswith("'") else "'"
                assert first not in ("=", "+", "@", "\uff1d") and not (first == "-" and one != "-3"), (written, one)


def test_a_terminal_obeys_nothing_and_no_line_is_broken() -> None:
    written = sheet([{"name": "a\x1b]52;c;eA==\x07b\nc\u202e\x9b31md"}])
    assert table(written) == [{"name": "ab \u21b5 cd"}]
    assert len(written.splitlines()) == 2
    assert all(character.isprintable() or character == "\n" for character in written)


def test_every_value_keeps_its_kind_and_rows_their_columns() -> None:
    rows = [
        {"a": 1, "b": {"c": True, "d": [1, "x"]}, "e": None},
        {"a": -2.5, "b": {"c": False, "d": []}, "new": 'say "hi", all'},
    ]
    assert table(sheet(rows)) == [
        {"a": "1", "b.c": "true", "b.d": '[1, "x"]', "e": "", "new": ""},
        {"a": "-2.5", "b.c": "false", "b.d": "", "e": "", "new": 'say "hi", all'},
    ]
    assert sheet([]) == ""


def test_csv_has_what_json_has(regie: Regie, waw: FakeNode) -> None:
    asyncio.run(waw.enter("daily", "evil", '=HYPERLINK("http://x")'))
    known = json.loads(regie("participants", "list", "daily", "-o", "json")[1])
    code, out, err = regie("participants", "list", "daily", "-o", "csv")
    rows = table(out)
    assert (code, err) == (0, "")
    assert [row["participant"] for row in rows] == [row["participant"] for row in known]
    assert set(known[0]) <= set(rows[0]) | {name.partition(".")[0] for name in rows[0]}
    assert next(row["name"] for row in rows if row["participant"] == "evil") == '\'=HYPERLINK("http://x")'
    assert '"=' not in out


def test_a_line_for_each_row(regie: Regie) -> None:
    known = json.loads(regie("participants", "list", "daily", "-o", "json")[1])
    code, out, _ = regie("participants", "list", "daily", "-o", "jsonl")
    assert (code, [json.loads(line) for line in out.splitlines()]) == (0, known)
    code, out, _ = regie("rooms", "get", "daily", "-o", "jsonl")
    assert (code, len(out.splitlines()), json.loads(out)["room"]) == (0, 1, "daily")


def test_wide_is_the_table_and_everything_else_that_is_known(regie: Regie) -> None:
    narrow = regie("rooms", "list")[1].splitlines()
    code, out, err = regie("rooms", "list", "-o", "wide")
    heading, row, *_ = out.splitlines()
    assert (code, err) == (0, "")
    assert heading.split()[:3] == narrow[0].split()[:3] == ["ROOM", "TITLE", "NODE"]
    assert {"OWNER", "RISKS", "SPEAKING"} <= set(heading.split()) - set(narrow[0].split())
    assert "\x1b" not in row


def test_of_several_nodes_those_that_are_silent_are_rows_too(regie: Regie) -> None:
    code, out, _ = regie("nodes", "list", "-o", "csv")
    assert code == 1
    assert [(row["context"], row["error"]) for row in table(out)] == [
        ("waw", ""),
        ("dead", "CONNECTION"),
        ("wrong", "TOKEN_WRONG"),
    ]


@pytest.mark.parametrize("form", ["csv", "wide", "yaml", "id"])
def test_what_is_followed_is_told_in_lines_only(regie: Regie, form: str) -> None:
    """It gave lines of JSON whatever was asked for."""
    code, out, err = regie("rooms", "list", "--watch", "-o", form)
    assert (code, out, err.strip()) == (2, "", t("ctl.watch.form", form=form))


def test_limits_are_followed_in_lines(regie: Regie, waw: FakeNode) -> None:
    code, out, _ = regie("quotas", "watch", "--count", "1", "-o", "jsonl")
    assert code == 0
    assert json.loads(out)["snapshot"] is True
    assert len(out.splitlines()) == 1


def test_outcomes_and_contexts_in_every_form(regie: Regie) -> None:
    code, out, _ = regie("mute", "participant", "daily", "p0", "nobody", "-o", "csv")
    assert (code, [(row["target"], row["ok"], row["error"]) for row in table(out)]) == (
        1,
        [("p0", "true", ""), ("nobody", "false", "PARTICIPANT_UNKNOWN")],
    )
    assert regie("unmute", "participant", "daily", "p0")[0] == 0
    for form in ("wide", "jsonl", "yaml", "csv"):
        code, out, _ = regie("contexts", "list", "-o", form)
        assert (code, "waw" in out, "127.0.0.1:1" in out) == (0, True, True)
