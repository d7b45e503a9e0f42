"""What every command shares: its context, its deadline, its exit code."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final, NoReturn, TypeVar

import typer

from console import contexts as file
from console.client.scripted import SCRIPT, Foretold
from console.ctl.scripting import foretell
from console.explaining import explain
from console.i18n import t
from console.model import Context, Failure, FailureKind
from console.text import clean

if TYPE_CHECKING:
    from console.client.once import Once

T = TypeVar("T")

OK: Final = 0
SOME_FAILED: Final = 1
USAGE: Final = 2
EXIT: Final[dict[FailureKind, int]] = {
    "refused": SOME_FAILED,
    "fault": SOME_FAILED,
    "usage": USAGE,
    "connection": 3,
    "timeout": 4,
    "denied": 5,
    "precondition": 6,
}


def complain(text: str) -> None:
    """To people, never into the data."""
    print(clean(text, 1000), file=sys.stderr)


def stop(text: str, code: int) -> NoReturn:
    complain(text)
    raise typer.Exit(code)


def load() -> file.Contexts:
    try:
        return file.load()
    except file.ContextsError as error:
        stop(t(error.word, **error.values), USAGE)


def one(name: str) -> Context:
    try:
        return load().one(name)
    except file.ContextsError as error:
        stop(t(error.word, **error.values), USAGE)


def several(name: str) -> list[Context]:
    """The named one, or all."""
    try:
        picked = load().pick([name] if name else [])
    except file.ContextsError as error:
        stop(t(error.word, **error.values), USAGE)
    if not picked:
        stop(t("contexts.none", file=str(file.path())), USAGE)
    return picked


def ask(name: str, deadline: float, work: Callable[[Once], Awaitable[T]]) -> T:
    """Do `work` on one context, or leave with the code that says why not."""
    from console.client.once import run

    context = one(name)
    try:
        return run(context, deadline, work)
    except Foretold as foretold:
        foretell([(_target(foretold.request) or context.name, foretold)], [])
    except Failure as failure:
        if done_before(failure):
            stop(f"{context.name}: {t('ctl.done_before')}", OK)
        stop(f"{context.name}: {explain(failure)}", EXIT[failure.kind])


def done_before(failure: Failure) -> bool:
    """Was it done under this `--op-id`, to whom the same words meant then? Ids are of the words, so that the node can
    have known one only from them."""
    return bool(SCRIPT.get().op_id and failure.refusal and failure.refusal.code == "REQUEST_ID_REUSED")


def ask_each(
    contexts: Sequence[Context], deadline: float, work: Callable[[Once], Awaitable[list[T]]]
) -> tuple[list[T], list[dict[str, str]], int]:
    """Do `work` on every context; what they gave, which of them gave nothing and why, and the exit code."""
    from console.client.once import run_each

    found: list[T] = []
    silent: list[dict[str, str]] = []
    codes = []
    for context, result in run_each(contexts, deadline, work):
        if isinstance(result, Failure):
            complain(f"{context.name}: {explain(result)}")
            codes.append(EXIT[result.kind])
            code = result.refusal.code if result.refusal else result.kind.upper()
            silent.append({"context": context.name, "error": code})
        else:
            found.extend(result)
    if codes and len(codes) == len(contexts):
        return found, silent, codes[0]
    return found, silent, SOME_FAILED if codes else OK


def targets(
    name: str, deadline: float, ids: Sequence[str], work: Callable[[Once, str], Awaitable[list[str]]]
) -> tuple[list[dict[str, object]], int]:
    """Do `work` to every target; a result for each, and the exit code."""

    async def every(node: Once) -> list[tuple[str, list[str] | Failure | Foretold]]:
        results: list[tuple[str, list[str] | Failure | Foretold]] = []
        for target in ids:
            try:
                results.append((target, await work(node, target)))
            except (Failure, Foretold) as said:
                results.append((target, said))
        return results

    rows: list[dict[str, object]] = []
    codes = []
    foretold: list[tuple[str, Foretold]] = []
    for target, result in ask(name, deadline, every):
        if isinstance(result, Foretold):
            foretold.append((target, result))
        elif isinstance(result, Failure) and done_before(result):
            complain(f"{target}: {t('ctl.done_before')}")
            rows.append({"target": target, "ok": True, "changed": [], "error": ""})
        elif isinstance(result, Failure):
            complain(f"{target}: {explain(result)}")
            codes.append(EXIT[result.kind])
            code = result.refusal.code if result.refusal else result.kind.upper()
            rows.append({"target": target, "ok": False, "changed": [], "error": code})
        else:
            rows.append({"target": target, "ok": True, "changed": result, "error": ""})
    if foretold:
        foretell(foretold, [row for row in rows if not row["ok"]], SOME_FAILED if codes else OK)
    if not codes:
        return rows, OK
    return rows, codes[0] if len(codes) == len(rows) and len(set(codes)) == 1 else SOME_FAILED


def _target(request: Any) -> str:
    """What a change is about: the narrowest that it names."""
    fields = request.DESCRIPTOR.fields_by_name
    named = (getattr(request, field) for field in ("participant", "recording", "message", "room") if field in fields)
    return next((str(name) for name in named if isinstance(name, str) and name), "")
