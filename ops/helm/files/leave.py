"""preStop: empty the node before its pod ends. Nothing new begins, people are told until when, and who is in stays
until they leave or that time is over.

    python leave.py SECONDS

Always ends by itself, SECONDS and some seconds later at most: the chart gives the pod a minute more than that. A drain
that an operator began is theirs: it is waited for, and left as it is.
"""

import os
import subprocess
import sys
import time
import urllib.request

PEOPLE, DEADLINE = "regie_participants", "regie_drain_deadline_timestamp_seconds"
MOST_MINUTES = 24 * 60


def figures():
    """What the node says of itself; None where it does not answer, as while it starts."""
    try:
        with urllib.request.urlopen(f"http://{os.environ['REGIE__METRICS__LISTEN']}/metrics", timeout=5) as answer:
            lines = answer.read().decode().splitlines()
    except OSError:
        return None
    return {
        line.split()[0]: float(line.split()[1]) for line in lines if line.startswith((PEOPLE + " ", DEADLINE + " "))
    }


def drain(verb, *words):
    """Whether it is done."""
    command = ["regie", "nodes", "drain", verb, "--reason", "the pod ends", *words]
    try:
        return subprocess.run(command, stdin=subprocess.DEVNULL, timeout=15, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def main(seconds):
    over = time.monotonic() + seconds
    ours = False
    while time.monotonic() < over:
        known = figures()
        if known is not None and DEADLINE not in known:
            left = max(0, over - time.monotonic())
            ours = drain("start", "--yes", "--minutes", str(min(MOST_MINUTES, int(left // 60)))) or ours
        elif known is not None and known.get(PEOPLE) == 0:
            break
        time.sleep(1)
    if ours:
        drain("abort")  # it outlives the pod: the next one on this machine would take nobody


if __name__ == "__main__":
    main(float(sys.argv[1]))
