"""Data on stdout: a table for people, JSON, YAML and CSV for programs, ids for pipes. Nothing in it can command a
terminal (H22)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from console.ctl.yaml import dump
from console.i18n import t
from console.sheets import flat, sheet
from console.text import clean, fit, safe_json, width

if TYPE_CHECKING:
    from console.client.once import Found


class Output(StrEnum):
    table = "table"
    wide = "wide"
    json = "json"
    jsonl = "jsonl"
    yaml = "yaml"
    csv = "csv"
    id = "id"

    @property
    def for_programs(self) -> bool:
        """All that the node said, under the names of the contract."""
        return self in (Output.json, Output.jsonl, Output.yaml, Output.csv)


Shown = tuple[tuple[str, Callable[[Any], str]], ...]  # (i18n key of the heading, text of a row)


def rows(
    found: Sequence[Found],
    shown: Shown,
    output: Output,
    key: Callable[[Any], str],
    silent: Sequence[dict[str, str]] = (),
) -> None:
    """`silent`: contexts that did not answer. Programs find them at the end; people were told on stderr."""
    if as_data([*(one.data for one in found), *silent], output):
        return
    if output is Output.id:
        _ids([key(one.row) for one in found])
        return
    more = _more([one.data for one in found], shown) if output is Output.wide else []
    lines = [[*(show(one.row) for _, show in shown), *(_text(flat(one.data).get(m)) for m in more)] for one in found]
    table([*(t(label) for label, _ in shown), *more], lines)


def _more(found: Sequence[dict[str, Any]], shown: Shown) -> list[str]:
    """Of what programs are given, what the table says nothing of: the part behind the point names both."""
    said = {label.rpartition(".")[2] for label, _ in shown}
    return [name for name in dict.fromkeys(name for data in found for name in flat(data)) if name not in said]


def _text(value: object) -> str:
    """For people: a list in short, nothing as nothing."""
    if isinstance(value, list):
        return " ".join(map(str, value)) if all(isinstance(one, str | int) for one in value) else str(len(value))
    return "" if value is None or value == {} else str(value)


def _ids(names: Sequence[object]) -> None:
    for name in names:
        print(clean(str(name)))


def plain_rows(found: Sequence[dict[str, Any]], names: Sequence[str], labels: list[str], output: Output) -> None:
    """Objects as the node gave them; the first of `names` is the id."""
    if as_data(list(found), output):
        return
    if output is Output.id:
        _ids([one[names[0]] for one in found])
        return
    more = _more(found, tuple((name, str) for name in names)) if output is Output.wide else []
    lines = [[*(str(one.get(name, "")) for name in names), *(_text(flat(one).get(m)) for m in more)] for one in found]
    table([*labels, *more], lines)


def as_data(found: object, output: Output) -> bool:
    """Print it for programs, if they asked; people are shown something of it. A list is a line or a row for each."""
    match output:
        case Output.json:
            print(safe_json(found))
        case Output.yaml:
            print(dump(found))
        case Output.jsonl:
            for one in found if isinstance(found, list) else [found]:
                print(safe_json(one, indent=None))
        case Output.csv:
            sys.stdout.write(sheet(found if isinstance(found, list) else [found]))  # type: ignore[list-item]
        case _:
            return False
    return True


def one_row(found: Found, shown: Shown, output: Output, key: Callable[[Any], str], **more: object) -> None:
    if as_data({**found.data, **more}, output):
        return
    if output is Output.id:
        _ids([key(found.row)])
        return
    lines = [(t(label), show(found.row)) for label, show in shown]
    if output is Output.wide:
        lines += [(name, _text(flat(found.data)[name])) for name in _more([found.data], shown)]
    cells = max(width(clean(name)) for name, _ in lines)
    for name, text in lines:
        print(f"{fit(clean(name), cells)}  {clean(text)}".rstrip())


def outcomes(results: Sequence[dict[str, object]], output: Output) -> None:
    """What was done to each target."""
    if as_data(list(results), output):
        return
    if output is Output.id:
        _ids([result["target"] for result in results if result["ok"]])
        return
    table(
        [t("ctl.target"), t("ctl.result"), t("ctl.changed")],
        [
            [str(r["target"]), "ok" if r["ok"] else str(r["error"]), " ".join(map(str, _list(r["changed"])))]
            for r in results
        ],
    )


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def settings(values: dict[str, Any], output: Output) -> None:
    """Names and values."""
    if not as_data(values, output):
        table([t("col.setting"), t("col.value")], [[name, clean(str(value), 400)] for name, value in values.items()])


def table(headings: list[str], lines: list[list[str]]) -> None:
    """Aligned columns; numbers to the right."""
    cleaned = [[clean(cell, 200) for cell in line] for line in lines]
    if not cleaned and sys.stdout.isatty():
        print(t("ctl.nothing"), file=sys.stderr)
    headings = [name if "/" in name else name.upper() for name in map(clean, headings)]  # Mb/s is not MB/S
    widths = [max([width(heading), *(width(line[i]) for line in cleaned)]) for i, heading in enumerate(headings)]
    numeric = [bool(cleaned) and all(_number(line[i]) for line in cleaned) for i in range(len(headings))]
    for line in [headings, *cleaned]:
        parts = [fit(cell, widths[i], "right" if numeric[i] else "left") for i, cell in enumerate(line)]
        print("  ".join(parts).rstrip())


def _number(text: str) -> bool:
    return text == "" or text.replace(",", "").replace(".", "").replace(" ", "").lstrip("-").isdigit()
