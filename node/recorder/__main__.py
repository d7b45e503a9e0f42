"""python -m node.recorder — a job on the first line of stdin, progress and the end on stdout, a line of JSON each.

    {"progress": 0.4}        {"made": {…}}        {"failed": "nothing"}

At the lowest priority. It ends when stdin does, so that nothing works on for a node that is no more; begun again, it
goes on where it was.
"""

from __future__ import annotations

import os
import sys
import threading

import msgspec

from node.recorder.job import Job, Nothing, work

NICE = 15


def main() -> int:
    os.nice(NICE)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    threading.Thread(target=_until_left, daemon=True).start()
    try:
        made = work(job, lambda done: _say({"progress": round(done, 3)}))
    except Nothing:
        _say({"failed": "nothing"})
        return 0
    except OSError as error:
        _say({"failed": error.strerror or "io"})
        return 1
    _say({"made": made})
    return 0


def _until_left() -> None:
    sys.stdin.buffer.read()
    os._exit(3)


def _say(what: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(what) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
