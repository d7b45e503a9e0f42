"""Promote, demote, rename: who may, what follows at once, and what holds afterwards."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link
from node.features.cover.rules import CoverChanged
from node.features.flags.rules import SetFlags
from node.features.join.rules import Admit, Return
from node.features.moderation.rules import Restrain
from node.features.mute.rules import BlockRoom, BlockTracks
from node.features.participants.rules import Attach, Leave, Role
from node.features.quota.rules import SetRoomQuota, What
from node.features.roles.rules import GiveRole, PersonRenamed, Rename, RoleGiven
from node.features.schedule.rules import Plan
from node.ports import Actor, Shape, Source
from tests.features.stage import NOON, OPERATOR, Stage, negotiated, of


def refusal(stage: Stage, command: GiveRole | Rename) -> Refused:
    with pytest.raises(Refused) as refused:
        stage.do(command)
    return refused.value


def webinar() -> tuple[Stage, str, str]:
    """A room, its host and somebody of the audience."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    return stage, stage.enter("Hélène", "host-ticket"), stage.enter("Amina")


def test_who_is_promoted_to_speaker_may_send_at_once() -> None:
    """R177, R194: the plane lets the camera through with the decision, without another negotiation."""
    stage, helene, amina = webinar()
    with pytest.raises(Refused):
        stage.publish(amina, Source.CAMERA)
    events = stage.do(GiveRole(amina, Role.SPEAKER, stage.host(helene)))
    (given,) = of(events, RoleGiven)
    assert (given.before, given.role, given.by, given.by_kind) == (Role.PARTICIPANT, Role.SPEAKER, helene, "host")
    (tracks,) = of(events, BlockTracks)
    assert (f"{stage.transport(amina)}/camera", False) in tracks.changes
    stage.publish(amina, Source.CAMERA)
    assert f"{amina} camera" in stage.shown(helene)


def test_who_is_demoted_is_seen_by_nobody_any_more() -> None:
    """R177, R194."""
    stage, helene, amina = webinar()
    stage.do(GiveRole(amina, Role.SPEAKER, stage.host(helene)))
    stage.publish(amina, Source.CAMERA)
    events = stage.do(GiveRole(amina, Role.PARTICIPANT, stage.host(helene)))
    (tracks,) = of(events, BlockTracks)
    assert (f"{stage.transport(amina)}/camera", True) in tracks.changes
    assert f"{amina} camera" not in stage.shown(helene)
    with pytest.raises(Refused):
        stage.publish(amina, Source.CAMERA)


def test_flags_leave_a_new_host_alone_and_find_one_who_is_none_any_more() -> None:
    """R194: a person promoted or demoted gets the right set at once."""
    stage = Stage()
    helene, amina = stage.enter("Hélène", "host-ticket"), stage.enter("Amina")
    stage.do(SetFlags(stage.host(helene), lock_camera=True, webcams_only_for_moderators=True))
    stage.do(BlockRoom(stage.host(helene)))
    assert stage.room.must_block(amina) == {Source.CAMERA, Source.MICROPHONE}
    stage.do(GiveRole(amina, Role.HOST, stage.host(helene)))
    assert stage.room.must_block(amina) == frozenset()
    stage.publish(amina, Source.CAMERA)
    stage.do(GiveRole(amina, Role.PARTICIPANT, OPERATOR))
    assert stage.room.must_block(amina) == {Source.CAMERA, Source.MICROPHONE}


@pytest.mark.parametrize("role", [Role.PARTICIPANT, Role.SPEAKER, Role.MODERATOR, Role.TECHNICIAN])
def test_only_hosts_give_roles_and_names(role: Role) -> None:
    """R177, H18: whatever the page of somebody else says."""
    stage, _helene, amina = webinar()
    other = stage.enter("Ali", f"{role}-ticket")
    assert refusal(stage, GiveRole(other, Role.HOST, stage.host(other))).code == "NOT_ALLOWED"
    assert refusal(stage, Rename(amina, "Reine", stage.host(other))).code == "NOT_ALLOWED"


def test_a_type_with_one_role_gives_none() -> None:
    """R159, T10: a video conference has no individual roles; the refusal says so."""
    stage = Stage(type="conference", plan=Plan(minutes=60))
    ali = stage.enter("Ali", "speaker-ticket")
    refused = refusal(stage, GiveRole(ali, Role.HOST, OPERATOR))
    assert (refused.code, refused.set_by) == ("ROLES_FIXED", "type")


def test_a_role_that_the_type_does_not_have() -> None:
    """R177, D2: the refusal lists those that it has."""
    stage = Stage()
    refused = refusal(stage, GiveRole(stage.enter(), Role.SPEAKER, OPERATOR))
    assert (refused.code, refused.limit) == ("ROLE_UNKNOWN", "host, participant")


def test_what_an_operator_gave_hosts_do_not_take() -> None:
    stage, helene, amina = webinar()
    stage.do(GiveRole(amina, Role.HOST, OPERATOR))
    refused = refusal(stage, GiveRole(amina, Role.PARTICIPANT, stage.host(helene)))
    assert (refused.code, refused.limit) == ("NOT_ALLOWED", "operator")
    stage.do(GiveRole(amina, Role.PARTICIPANT, OPERATOR))
    assert stage.see(amina).role is Role.PARTICIPANT


def test_the_last_host_stays_one_unless_an_operator_says_otherwise() -> None:
    stage, helene, amina = webinar()
    assert refusal(stage, GiveRole(helene, Role.PARTICIPANT, stage.host(helene))).code == "LAST_HOST"
    stage.do(GiveRole(amina, Role.HOST, stage.host(helene)))
    stage.do(GiveRole(helene, Role.PARTICIPANT, stage.host(helene)))
    stage.do(GiveRole(amina, Role.PARTICIPANT, OPERATOR))


def test_a_role_that_was_given_holds_when_they_come_back() -> None:
    """R177: by whichever link they came; a host who was demoted is no host again by reloading."""
    stage, helene, amina = webinar()
    ali = stage.enter("Ali", "host-ticket")
    stage.do(GiveRole(amina, Role.SPEAKER, stage.host(helene)))
    stage.do(GiveRole(ali, Role.PARTICIPANT, stage.host(helene)))
    stage.come_back(amina)
    stage.come_back(ali, "host-ticket")
    assert (stage.see(amina).role, stage.see(ali).role) == (Role.SPEAKER, Role.PARTICIPANT)


def test_a_role_that_is_given_while_they_come_back_holds() -> None:
    """R177: the answer of the negotiation does not undo it."""
    stage, helene, _amina = webinar()
    ali = stage.enter("Ali")
    stage.do(Return(f"session-{ali}", "t77", "host-ticket"))
    stage.do(GiveRole(ali, Role.SPEAKER, stage.host(helene)))
    stage.do(Admit(ali, "t77", *negotiated("t77", Shape.PAGE, stage.video_slots)))
    assert stage.see(ali).role is Role.SPEAKER


def test_a_ticket_that_is_one_persons_keeps_the_role() -> None:
    """R177: they leave, and come anew by it; who shares a link with others comes with the link's role."""
    stage, helene, amina = webinar()
    stage.do(Issue((Link("mine", Role.PARTICIPANT, NOON + 3600, "k_1", "Ali"),)))
    ali = stage.enter("Ali", "mine")
    for who in (ali, amina):
        stage.do(GiveRole(who, Role.SPEAKER, stage.host(helene)))
        stage.do(Leave(who))
    assert stage.see(stage.enter("Ali", "mine")).role is Role.SPEAKER
    assert stage.see(stage.enter("Amina")).role is Role.PARTICIPANT


def test_no_more_speakers_than_the_room_has_places_for() -> None:
    """D1: promotion is a publisher's place, too; nothing changes when there is none."""
    stage, helene, amina = webinar()
    stage.do(SetRoomQuota(What.PUBLISHERS, 1, OPERATOR))
    refused = refusal(stage, GiveRole(amina, Role.SPEAKER, stage.host(helene)))
    assert (refused.code, refused.limit) == ("PUBLISHERS_FULL", "1")
    assert stage.see(amina).role is Role.PARTICIPANT


def test_a_promotion_to_host_begins_what_waits_for_one() -> None:
    """R171."""
    stage = Stage(type="webinar", plan=Plan(minutes=120))
    sacha = stage.enter("Sacha", "speaker-ticket")
    assert stage.room.schedule.started is None
    stage.do(GiveRole(sacha, Role.HOST, OPERATOR))
    assert stage.room.schedule.started is not None


def test_moderators_who_are_promoted_count_and_are_not_restrained() -> None:
    """D6, R194: the ratio follows at once."""
    stage = Stage(type="webinar", capacity=200, plan=Plan(minutes=120))
    helene = stage.enter("Hélène", "host-ticket")
    stage.do(Attach(helene))
    crowd = [stage.enter(f"P{n}") for n in range(60)]
    stage.do(Attach(crowd[0]))
    assert (stage.room.cover.view().needed, stage.room.cover.view().present) == (2, 1)
    stage.do(Restrain(crowd[0], "mute", stage.host(helene)))
    events = stage.do(GiveRole(crowd[0], Role.MODERATOR, stage.host(helene)))
    assert of(events, CoverChanged)
    assert (stage.room.cover.view().needed, stage.room.cover.view().present) == (2, 2)
    assert stage.room.moderation.restraint(crowd[0]) == ""


def test_a_name_that_was_mended_stays() -> None:
    """R177: the page that comes back says the old one; what is no name is refused."""
    stage, helene, amina = webinar()
    (renamed,) = of(stage.do(Rename(amina, "  Amina   Benali ", stage.host(helene))), PersonRenamed)
    assert renamed.name == "Amina Benali"
    stage.do(Return(f"session-{amina}", "t88", "ticket", "xX_amina_Xx"))
    stage.do(Admit(amina, "t88", *negotiated("t88", Shape.PAGE, stage.video_slots)))
    assert stage.see(amina).name == "Amina Benali"
    assert refusal(stage, Rename(amina, " ", stage.host(helene))).code == "NAME_INVALID"


def test_somebody_who_is_not_there() -> None:
    stage, helene, _amina = webinar()
    assert refusal(stage, GiveRole("p_nobody", Role.HOST, stage.host(helene))).code == "PARTICIPANT_UNKNOWN"
    assert refusal(stage, GiveRole(helene, Role.SPEAKER, Actor("host", "p_nobody", "host"))).code == "NOT_ALLOWED"
