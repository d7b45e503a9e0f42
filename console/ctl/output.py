"""Data on stdout: a table for people, JSON for programs, ids for pipes. Nothing in it can command a terminal (H22)."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from console.ctl.yaml import dump
from console.i18n import t
from console.text import clean, fit, safe_json, width

if TYPE_CHECKING:
    from console.client.once import Found


class Output(StrEnum):
    table = "table"
    json = "json"
    yaml = "yaml"
    id = "id"


Shown = tuple[tuple[str, Callable[[Any], str]], ...]  # (i18n key of the heading, text of a row)


def rows(
    found: Sequence[Found],
    shown: Shown,
    output: Output,
    key: Callable[[Any], str],
    silent: Sequence[dict[str, str]] = (),
) -> None:
    """`silent`: contexts that did not answer. Programs find them at the end; people were told on stderr."""
    match output:
        case Output.json:
            print(safe_json([*(one.data for one in found), *silent]))
        case Output.yaml:
            print(dump([*(one.data for one in found), *silent]))
        case Output.id:
            for one in found:
                print(clean(key(one.row)))
        case Output.table:
            table([t(label) for label, _ in shown], [[show(one.row) for _, show in shown] for one in found])


def plain_rows(found: Sequence[dict[str, Any]], names: Sequence[str], labels: list[str], output: Output) -> None:
    """Objects as the node gave them; the first of `names` is the id."""
    match output:
        case Output.json:
            print(safe_json(list(found)))
        case Output.yaml:
            print(dump(list(found)))
        case Output.id:
            for one in found:
                print(clean(str(one[names[0]])))
        case Output.table:
            table(labels, [[clean(str(one.get(name, "")), 200) for name in names] for one in found])


def as_data(found: object, output: Output) -> bool:
    """Print it for programs, if they asked; people are shown something of it."""
    if output not in (Output.json, Output.yaml):
        return False
    print(safe_json(found) if output is Output.json else dump(found))
    return True


def one_row(found: Found, shown: Shown, output: Output, key: Callable[[Any], str], **more: object) -> None:
    match output:
        case Output.json:
            print(safe_json({**found.data, **more}))
        case Output.yaml:
            print(dump({**found.data, **more}))
        case Output.id:
            print(clean(key(found.row)))
        case Output.table:
            cells = max(width(t(label)) for label, _ in shown)
            for label, show in shown:
                print(f"{fit(t(label), cells)}  {clean(show(found.row))}".rstrip())


def outcomes(results: Sequence[dict[str, object]], output: Output) -> None:
    """What was done to each target."""
    match output:
        case Output.json:
            print(safe_json(list(results)))
        case Output.yaml:
            print(dump(list(results)))
        case Output.id:
            for result in results:
                if result["ok"]:
                    print(clean(str(result["target"])))
        case Output.table:
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
    if output is Output.json:
        print(safe_json(values))
    elif output is Output.yaml:
        print(dump(values))
    else:
        table([t("col.setting"), t("col.value")], [[name, clean(str(value), 400)] for name, value in values.items()])


def table(headings: list[str], lines: list[list[str]]) -> None:
    """Aligned columns; numbers to the right."""
    cleaned = [[clean(cell, 200) for cell in line] for line in lines]
    if not cleaned and sys.stdout.isatty():
        print(t("ctl.nothing"), file=sys.stderr)
    headings = [heading if "/" in heading else heading.upper() for heading in headings]  # Mb/s is not MB/S
    widths = [max([width(heading), *(width(line[i]) for line in cleaned)]) for i, heading in enumerate(headings)]
    numeric = [bool(cleaned) and all(_number(line[i]) for line in cleaned) for i in range(len(headings))]
    for line in [headings, *cleaned]:
        parts = [fit(cell, widths[i], "right" if numeric[i] else "left") for i, cell in enumerate(line)]
        print("  ".join(parts).rstrip())


def _number(text: str) -> bool:
    return text == "" or text.replace(",", "").replace(".", "").replace(" ", "").lstrip("-").isdigit()
