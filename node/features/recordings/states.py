"""The life of a recording, in one table. Pure.

armed → recording ⇄ paused                 while people are in the room
            ⇅ lagging, disk_low            it goes on, and somebody should look
→ finishing → verified ⇄ published         its pieces become files, with their sums
→ failed                                   nothing that could be played, damaged, or cancelled; may be tried again
→ deleting → deleted                       a signed record, and no bytes
"""

from __future__ import annotations

import enum
from typing import Final

from node.errors import Refused


class State(enum.StrEnum):
    ARMED = "armed"
    """Asked for; it begins when the session does."""
    RECORDING = "recording"
    PAUSED = "paused"
    LAGGING = "lagging"
    """The disk does not keep up; the room does not notice."""
    DISK_LOW = "disk_low"
    FINISHING = "finishing"
    VERIFIED = "verified"
    PUBLISHED = "published"
    FAILED = "failed"
    DELETING = "deleting"
    """Noted before the first byte goes: whatever happens meanwhile, it goes on to its end."""
    DELETED = "deleted"


class Move(enum.StrEnum):
    BEGIN = "begin"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    LAG = "lag"
    LOW = "low"
    WELL = "well"
    """Neither lagging nor short of room any more."""
    BREAK = "break"
    CANCEL = "cancel"
    """Somebody does not want the files, now; what of them is done waits for `AGAIN`."""
    VERIFY = "verify"
    """The files are what they were made."""
    AGAIN = "again"
    """Make the files anew."""
    PUBLISH = "publish"
    WITHDRAW = "withdraw"
    DELETE = "delete"
    GONE = "gone"
    """No byte of it is left."""


LIVE: Final = frozenset({State.ARMED, State.RECORDING, State.PAUSED, State.LAGGING, State.DISK_LOW})
RUNNING: Final = frozenset({State.RECORDING, State.LAGGING, State.DISK_LOW})
"""Something is written."""
READY: Final = frozenset({State.VERIFIED, State.PUBLISHED})
OVER: Final = frozenset({State.VERIFIED, State.PUBLISHED, State.FAILED})

_RUNS: Final = {
    Move.PAUSE: State.PAUSED,
    Move.STOP: State.FINISHING,
    Move.LAG: State.LAGGING,
    Move.LOW: State.DISK_LOW,
    Move.WELL: State.RECORDING,
}
TRANSITIONS: Final[dict[State, dict[Move, State]]] = {
    State.ARMED: {Move.BEGIN: State.RECORDING, Move.STOP: State.FINISHING, Move.PAUSE: State.PAUSED},
    State.RECORDING: _RUNS,
    State.LAGGING: _RUNS,
    State.DISK_LOW: _RUNS,
    State.PAUSED: {Move.RESUME: State.RECORDING, Move.STOP: State.FINISHING},
    State.FINISHING: {Move.VERIFY: State.VERIFIED, Move.BREAK: State.FAILED, Move.CANCEL: State.FAILED},
    State.VERIFIED: {Move.PUBLISH: State.PUBLISHED, Move.DELETE: State.DELETING, Move.BREAK: State.FAILED},
    State.PUBLISHED: {Move.WITHDRAW: State.VERIFIED, Move.DELETE: State.DELETING, Move.BREAK: State.FAILED},
    State.FAILED: {Move.AGAIN: State.FINISHING, Move.VERIFY: State.VERIFIED, Move.DELETE: State.DELETING},
    State.DELETING: {Move.DELETE: State.DELETING, Move.GONE: State.DELETED},
    State.DELETED: {},
}


def moved(state: State, move: Move) -> State:
    """Where `move` leads from `state`.

    Raises:
        Refused: RECORDING_STATE.
    """
    after = TRANSITIONS[state].get(move)
    if after is None:
        possible = ", ".join(one for one in TRANSITIONS[state]) or "–"
        raise Refused("RECORDING_STATE", limit=possible, current=state)
    return after
