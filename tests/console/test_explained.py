"""What a refusal comes to in words: all that the node said of it."""

from __future__ import annotations

from console import i18n
from console.client.failures import _decode
from console.explaining import explain
from console.model import Failure
from protos.common.v1 import common_pb2


def test_who_set_a_limit_and_who_helps_are_told() -> None:
    """D2, R252: the console shows the same object as the page."""
    said = common_pb2.Refusal(
        code="ROOM_FULL", limit="50", set_by="room", support="aide@example.org\x1b[2J",
        message={"fr": "La salle est pleine.", "en": "The room is full."}, next_step={"en": "Wait.", "fr": "Attendez."},
    )  # fmt: skip
    failure = Failure("refused", "", _decode(said))
    i18n.use("en")
    assert explain(failure) == (
        "The room is full. (limit: 50) (set by the room) Wait. Support: aide@example.org. [ROOM_FULL]"
    )
    i18n.use("fr")
    assert "(réglé par la salle) Attendez. Assistance : aide@example.org" in explain(failure)
    i18n.use("en")
