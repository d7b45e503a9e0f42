"""The file of contexts."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from console.contexts import Contexts, ContextsError, load, path, save
from console.model import Context


def test_what_is_written_is_read_and_is_ours_alone(tmp_path: Path) -> None:
    file = tmp_path / "regie" / "contexts.toml"
    token = 'a"b\\c\x1b'
    save(Contexts("waw", {"waw": Context("waw", "127.0.0.1:9090", "/ca.pem", token)}), file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert load(file).one() == Context("waw", "127.0.0.1:9090", "/ca.pem", token)
    assert token not in repr(load(file))


def test_no_file_is_no_context(tmp_path: Path) -> None:
    assert load(tmp_path / "none").entries == {}
    with pytest.raises(ContextsError):
        load(tmp_path / "none").one()


def test_the_only_context_is_the_current_one(tmp_path: Path) -> None:
    file = tmp_path / "contexts.toml"
    file.write_text('[contexts.par]\naddress = "par:9090"\n')
    assert load(file).one().name == "par"


@pytest.mark.parametrize(
    "text", ["nonsense", "[contexts.x]\ntoken = 'a'\n", "contexts = 3\n", '[contexts."../x"]\naddress="a"\n']
)
def test_a_broken_file_is_a_sentence(tmp_path: Path, text: str) -> None:
    file = tmp_path / "contexts.toml"
    file.write_text(text)
    with pytest.raises(ContextsError):
        load(file)


def test_where_it_is() -> None:
    assert path({"REGIE_CONTEXTS": "/x/y"}) == Path("/x/y")
    assert path({"XDG_CONFIG_HOME": "/x"}) == Path("/x/regie/contexts.toml")
    assert path({"HOME": "/h"}) == Path("/h/.config/regie/contexts.toml")
