"""A real Firefox takes our answers, connects through DTLS and sends (R: browsers of today)."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

pytestmark = [
    pytest.mark.netns,
    pytest.mark.skipif(shutil.which("firefox-esr") is None, reason="Firefox ESR is not installed"),
    pytest.mark.skipif(shutil.which("unshare") is None, reason="util-linux is not installed"),
]


def test_firefox_connects_and_sends() -> None:
    done = subprocess.run(
        ["unshare", "--net", "--", sys.executable, "-m", "tests.media.firefox_run"],
        capture_output=True,
        text=True,
        timeout=55,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout.splitlines()[-1])
    assert seen["state"] == "connected", seen
    assert seen["directions"] == ["sendonly"] * 4 + ["recvonly"] * 12
    assert seen["srtp"] >= 20
