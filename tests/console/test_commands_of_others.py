"""`regie node` and its like come from another package: known to the shell, and missed in a sentence."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from console import i18n
from console.ctl import main, plugins


def regie(*words: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "import sys; from console.ctl import main; sys.exit(main())", *words],
        env={**os.environ, **environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=50,
    )


def test_the_shell_completes_the_options_of_the_node() -> None:
    said = regie(_REGIE_COMPLETE="complete_bash", COMP_WORDS="regie node --", COMP_CWORD="2").stdout.split()
    assert {"--config", "--stop-plane"} <= set(said)


def test_without_what_a_node_needs_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "lacking.py").write_text("import no_such_package\n")
    monkeypatch.syspath_prepend(tmp_path)
    i18n.use("en")
    assert plugins.call(EntryPoint("node", "lacking:cli", plugins.GROUP), []) == 2
    said = capsys.readouterr().err
    assert "no_such_package" in said and "pip install 'regie[node]'" in said
    i18n.use("fr")


def test_the_console_without_a_terminal_is_a_sentence_and_2(capsys: pytest.CaptureFixture[str]) -> None:
    ended = regie("console", REGIE_LANG="en")
    assert (ended.returncode, ended.stdout) == (2, "")
    assert "needs a terminal" in ended.stderr
    assert main(["--version"]) == 0


@pytest.mark.parametrize(("lang", "word"), [("fr", "Codes de sortie"), ("en", "Exit codes")])
def test_regie_lang_holds_for_every_command(lang: str, word: str) -> None:
    assert word in regie("--help", REGIE_LANG=lang, LC_ALL="de_DE.UTF-8").stdout


TREE = """
import json, sys, typer
from console import i18n
i18n.use(sys.argv[1])
from console.ctl.tree import build
tree = typer.main.get_command(build())
commands = {name: command.help or name for name, command in tree.commands.items()}
print(json.dumps([commands, [name for option in tree.params for name in option.opts]]))
"""


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_first_page_names_every_command_and_option_of_the_tree(lang: i18n.Language) -> None:
    """It is written without loading them."""
    ended = subprocess.run([sys.executable, "-c", TREE, lang], capture_output=True, text=True, check=True)
    commands, options = json.loads(ended.stdout)
    shown = regie("--help", REGIE_LANG=lang).stdout
    listed = shown.partition("\nCommand")[2]
    assert re.findall(r"^  (\w+)  +\w", listed, re.MULTILINE)[: len(commands)] == list(commands)
    assert set(re.findall(r"--[a-z-]+", shown)) == {"--help", *options}
    words = " ".join(listed.split())
    assert [name for name, text in commands.items() if " ".join(text.split()) not in words] == []


def test_the_first_page_loads_neither_the_commands_nor_grpc() -> None:
    code = "import sys; from console.ctl import main; main(['-h']); print(sorted({'typer', 'grpc'} & {*sys.modules}))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout.splitlines()[-1] == "[]"
