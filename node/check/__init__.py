"""`regie check`: what is wrong with this machine and its site, one line a question, with what to do about it.

Exit codes: 0 all is well; 1 something would stop a node, or people on the way to it; 2 the configuration will not do.
Warnings do not count. Nothing is asked of anybody but this machine and what the settings name.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from node import config as settings
from node.check import here, kept, ours, site
from node.check.finding import MARKS, Finding
from node.config import Config
from node.errors import Language, Text

_HELP = Text("Dire ce qui ne va pas sur cette machine.", "Say what is wrong with this machine.").fill()
_FILE = Text("Fichier de configuration (TOML).", "Configuration file (TOML).").fill()
_OUTPUT = Text("table ou json.", "table or json.").fill()

cli = typer.Typer(help=_HELP[settings.language()], add_completion=False)


async def examine(config: Config) -> list[Finding]:
    """Every question, in order: this machine, what is kept on it, the way to it."""
    running = await asyncio.to_thread(ours.look, config)
    folders = await asyncio.to_thread(kept.folders_are_ours, config)  # which makes them
    asked = [
        asyncio.to_thread(question, config)
        for question in (here.plane_is_there, here.plane_is_of_this_version, kept.disk_is_fast)
    ]
    asked += [
        asyncio.to_thread(question, config, running)
        for question in (here.what_runs_is_what_is_installed, here.ports_are_free, here.descriptors_are_enough)
    ]
    asked += [
        asyncio.to_thread(question, config)
        for question in (
            here.inside_ports_are_inside,
            here.udp_goes_in_groups,
            here.buffers_are_large,
            here.clock_is_set,
            kept.certificates_last,
            kept.recordings_can_be_kept,
            site.people_can_reach_us,
            site.media_can_reach_us,
            site.public_url_answers,
            site.relays_answer,
        )
    ]
    found = [finding for findings in await asyncio.gather(*asked) for finding in findings]
    return [*folders, *found, await kept.database_opens(config)]


def show(findings: list[Finding], language: Language) -> str:
    lines = []
    for finding in findings:
        lines.append(f"{MARKS[finding.grade]} {finding.check:<20} {getattr(finding.what, language)}")
        if remedy := getattr(finding.remedy, language):
            lines.append(f"  {'':<20} → {remedy}")
    return "\n".join(lines)


@cli.callback(invoke_without_command=True)
def check(
    config: Annotated[Path | None, typer.Option("--config", help=_FILE[settings.language()])] = None,
    output: Annotated[str, typer.Option("--output", "-o", help=_OUTPUT[settings.language()])] = "table",
) -> None:
    """Say what is wrong with this machine, and what to do about it."""
    language = settings.language()
    try:
        loaded = settings.load(config)
    except settings.ConfigError as error:
        print(error.sentence[language], file=sys.stderr)
        raise typer.Exit(2) from None
    findings = asyncio.run(examine(loaded))
    if output == "json":
        print(msgspec.json.encode(findings).decode())
    else:
        print(show(findings, language))
    raise typer.Exit(1 if any(finding.grade == "bad" for finding in findings) else 0)
