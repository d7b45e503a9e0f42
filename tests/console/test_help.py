"""The help page of the console."""

from __future__ import annotations

import pytest

from console.screens.help import help_lines

LINK = "https://203.0.113.200:8443/r/grs-6tpw-37k#QteE3mrcmb9BKLltECA5ixLbpabcdef"


def test_a_join_link_is_shown_whole_in_eighty_columns(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is copied by hand is of use only whole: a long link has the lines it needs."""
    monkeypatch.setenv("REGIE_CONSOLE_NOTE", f"Webinaire\n\nParticiper : {LINK}")

    lines = ["".join(piece for piece, _ in line) for line in help_lines(71)]

    assert lines[:3] == ["Webinaire", "", "Participer :"]
    assert "".join(lines[3:5]) == LINK
    assert max(map(len, lines[:5])) <= 71
