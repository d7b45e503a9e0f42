"""The chain of a recording's files: each sum is bound to all before it, and the whole list to the node's key. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

MANIFEST: Final = "manifest"
"""The name of the list itself among what is damaged: no file is called so."""


class File(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def bytes(self) -> int: ...
    @property
    def sha256(self) -> str: ...
    @property
    def chain(self) -> str: ...
    @property
    def seconds(self) -> float: ...
    @property
    def participant(self) -> str: ...
    @property
    def source(self) -> str: ...


def first(recording: str) -> str:
    """What the first file follows: no file of another recording does."""
    return hashlib.sha256(recording.encode()).hexdigest()


def link(chain: str, digest: str) -> str:
    """The next of the chain of sums."""
    return hashlib.sha256((chain + digest).encode()).hexdigest()


def unlinked(recording: str, files: Sequence[File]) -> list[str]:
    """Names of files that do not follow what stands before them: one was changed, moved, put in or left out there."""
    found, before = [], first(recording)
    for file in files:
        if file.chain != link(before, file.sha256):
            found.append(file.name)
        before = file.chain
    return found


def statement(recording: str, files: Sequence[File]) -> bytes:
    """What is signed when the files are made: one that was cut at its end has a whole chain, and not this signature."""
    rows = [(f.name, f.kind, f.type, f.bytes, f.sha256, f.chain, f.seconds, f.participant, f.source) for f in files]
    return msgspec.json.encode([MANIFEST, recording, rows])
