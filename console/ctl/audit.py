"""regie audit list|watch|verify"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, Final

import typer

from console.columns.audit import kept, outcome, verdict
from console.ctl import output
from console.ctl.filtering import keep
from console.ctl.options import TIMEOUT, ContextOption, FilterOption, OutputOption, TimeoutOption
from console.ctl.output import Output, Shown
from console.ctl.session import SOME_FAILED, USAGE, ask, ask_each, complain, several, stop
from console.ctl.shown import in_words, moment
from console.ctl.watching import WatchOption, followed, in_lines, watch_told
from console.i18n import t
from console.model import Chain
from console.text import clean, safe_json

if TYPE_CHECKING:
    from console.client.once import Found, Once

app = typer.Typer(help=t("ctl.audit"), no_args_is_help=True)

MARK: Final = re.compile(r"(\d{1,18}):([0-9a-f]{64})")
_SHOWN: Shown = (
    ("col.context", lambda r: r.context),
    ("col.number", lambda r: str(r.number)),
    ("col.at", lambda r: moment(r.at)),
    ("col.who", lambda r: r.who or t("audit.nobody")),
    ("col.role", lambda r: in_words("role", r.role) if r.role else ""),
    ("col.did", lambda r: r.did),
    ("col.targets", lambda r: r.targets),
    ("col.outcome", lambda r: outcome(r).text),
    ("col.reason", lambda r: r.reason),
)


@app.command("list", help=t("ctl.audit.list"))
def list_(
    most: Annotated[int, typer.Option("-n", "--most", help=t("ctl.opt.most"), min=1, max=100_000)] = 200,
    filter: FilterOption = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
    follow: WatchOption = False,
) -> None:
    if followed(follow, out):
        told = lambda node, token: node.watch_records(token)  # noqa: E731
        watch_told(context, timeout, told, lambda row: str(row.number), filter, "record")
    found, silent, code = ask_each(several(context), timeout, lambda node: node.records(most))
    output.rows(keep(found, filter, "record"), _SHOWN, out, lambda row: str(row.number), silent)
    raise typer.Exit(code)


@app.command("watch", help=t("ctl.audit.watch"))
def watch(
    count: Annotated[int, typer.Option("--count", help=t("ctl.opt.count"), min=0)] = 0,
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    lines = in_lines(out)

    async def follow(node: Once) -> None:
        told = 0
        async for found, _ in node.watch_records():
            for one in found:
                print(_line(one, lines), flush=True)
            told += bool(found)
            if count and told >= count:
                return

    try:
        ask(context, timeout, follow)
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


@app.command("verify", help=t("ctl.audit.verify"))
def verify(
    known: Annotated[str, typer.Option("--known", help=t("ctl.opt.known"), metavar="NUMBER:HASH")] = "",
    out: OutputOption = Output.table,
    context: ContextOption = "",
    timeout: TimeoutOption = TIMEOUT,
) -> None:
    noted = MARK.fullmatch(known)
    if known and noted is None:
        stop(t("ctl.audit.known", text=known), USAGE)
    mark = (int(noted[1]), noted[2]) if noted is not None else None

    async def walk(node: Once) -> list[Chain]:
        return [await node.verify(mark)]

    chains, silent, code = ask_each(several(context), timeout, walk)
    if output.as_data([*(_data(chain) for chain in chains), *silent], out):
        pass
    elif out is Output.id:
        print("\n".join(clean(chain.head) for chain in chains))
    else:
        headings = [t(f"col.{name}") for name in ("context", "chain", "checked", "older", "head")]
        lines = [[c.context, verdict(c).text, str(c.checked), str(c.older), c.head] for c in chains]
        output.table(headings, lines)
        for chain in chains:
            if said := kept(chain):
                print(f"{chain.context}: {said}")
    for chain in chains:
        if mark is not None and mark[0] < chain.start:
            complain(t("say.known_removed", context=chain.context, number=mark[0], first=chain.start + 1))
            code = SOME_FAILED
        if chain.broken:
            why = in_words("broken", chain.why)
            complain(t("say.broken", context=chain.context, number=chain.broken, why=why))
            code = SOME_FAILED
    raise typer.Exit(code)


def _line(found: Found, in_json: bool) -> str:
    if in_json:
        return safe_json(found.data, indent=None)
    return clean("  ".join(show(found.row) for _, show in _SHOWN), 600).rstrip()


def _data(chain: Chain) -> dict[str, object]:
    number, _, hash_ = chain.head.partition(":")
    head = {"number": int(number), "hash": hash_}
    return {
        "context": chain.context,
        "checked": chain.checked,
        "older": chain.older,
        "head": head,
        "broken": chain.broken,
        "why": chain.why,
        "first": chain.start + 1,
        "since": moment(chain.since) if chain.since else "",
    }
