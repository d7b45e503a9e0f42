"""How large a tile is shown is told to the plane, and which layers anybody watches to who sends them."""

from __future__ import annotations

from node.features.layout.rules import LayersChanged, Resize, SizeSlots
from node.features.participants.rules import Leave, Measured
from node.features.quality.watched import HeldChanged
from node.ports import LayersWanted, Sizing, Source, TransportFigures, VideoHeld
from tests.features.stage import AUDIO_SLOTS, Stage, of

FIRST = AUDIO_SLOTS
"""The first video slot."""


def test_sizes_go_to_the_persons_own_transport_once() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    told = of(stage.do(Resize(amina, ((FIRST, 1280, 720), (FIRST + 1, 320, 180)))), SizeSlots)
    transport = stage.transport(amina)
    assert told == [SizeSlots((Sizing(transport, FIRST, 1280, 720), Sizing(transport, FIRST + 1, 320, 180)))]
    assert not stage.do(Resize(amina, ((FIRST, 1280, 720),))), "nothing changed"
    assert of(stage.do(Resize(amina, ((FIRST, 640, 360),))), SizeSlots)


def test_what_is_not_shown_is_as_small_as_can_be() -> None:
    """To the plane 0 would mean "not known", and so the largest picture for a tile that nobody sees."""
    stage = Stage()
    amina = stage.enter("Amina")
    (told,) = of(stage.do(Resize(amina, ((FIRST, 0, 0),))), SizeSlots)
    assert told.sizes[0].width == 1 and told.sizes[0].height == 1


def test_slots_of_sound_and_slots_that_do_not_exist_are_ignored() -> None:
    """H17: a page may say anything."""
    stage = Stage()
    amina = stage.enter("Amina")
    assert not stage.do(Resize(amina, ((0, 100, 100), (127, 100, 100))))


def test_a_new_transport_knows_no_sizes() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(Resize(amina, ((FIRST, 640, 360),)))
    transport = stage.come_back(amina)
    (told,) = of(stage.do(Resize(amina, ((FIRST, 640, 360),))), SizeSlots)
    assert told.sizes == (Sizing(transport, FIRST, 640, 360),)


def test_the_sender_is_told_which_layers_anybody_watches() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    track = f"{stage.transport(amina)}/camera"
    (told,) = of(stage.do(LayersWanted(track, ("q", "h"))), LayersChanged)
    assert (told.participant, told.source, told.rids) == (amina, Source.CAMERA, ("q", "h"))
    assert not stage.do(LayersWanted(track, ("q", "h")))
    assert stage.room.layout.wanted(amina) == ((Source.CAMERA, ("q", "h")),)
    assert of(stage.do(LayersWanted(track, ())), LayersChanged)[0].rids == ()
    assert not stage.do(LayersWanted("nobody/camera", ("q",)))


def test_layers_of_a_transport_that_is_gone_are_forgotten() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    stage.do(LayersWanted(f"{stage.transport(amina)}/camera", ("q",)))
    stage.come_back(amina)
    assert stage.room.layout.wanted(amina) == (), "a page that comes back begins with all its layers"
    stage.do(Leave(amina))
    assert stage.room.layout.wanted(amina) == ()


def test_who_is_sent_sound_only_is_told_so_and_told_the_end_of_it() -> None:
    stage = Stage()
    amina = stage.enter("Amina")
    transport = stage.transport(amina)
    (told,) = of(stage.do(VideoHeld(transport, True)), HeldChanged)
    assert told.participant == amina and told.held
    assert not stage.do(VideoHeld(transport, True))
    assert not of(stage.do(VideoHeld(transport, False)), HeldChanged)[0].held
    stage.do(VideoHeld(transport, True))
    figures = TransportFigures(stage.come_back(amina), 0, 0, 0, 20.0, 0.0, True)
    (told,) = of(stage.do(Measured((figures,), ())), HeldChanged)
    assert not told.held, "another way, another chance"
