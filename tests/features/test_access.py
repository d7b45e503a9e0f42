"""Links, tickets with a name, a password: who may knock, and why not (R112, R113, R120 … R126, H19)."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.access.rules import Issue, Link, Mode, Renew, Revoke, SetAccess, TicketEnded
from node.features.join.rules import Admit, Return
from node.features.participants.rules import Cause, PersonGone, Remove, Role
from tests.features.stage import NOON, OPERATOR, Stage, negotiated, of


def refused(stage: Stage, ticket: str) -> str:
    with pytest.raises(Refused) as caught:
        stage.knock("Eve", ticket)
    return caught.value.code


def renewed(stage: Stage, role: Role, *, recheck: bool = False) -> str:
    secret = f"new-{role}-{len(stage.room.access.issued())}"
    stage.do(Renew(Link(secret, role, NOON + 3600), OPERATOR, recheck))
    return secret


def invited(stage: Stage, name: str, role: Role = Role.PARTICIPANT) -> str:
    secret = f"of-{name}"
    stage.do(Issue((Link(secret, role, NOON + 3600, f"k-{name}", name),)))
    return secret


def test_an_old_link_is_dead_at_once_and_says_so_and_the_other_role_keeps_its_own() -> None:
    """R123, R124, R125: renewed one by one; who is in stays, and a reload by the old link brings them back."""
    stage = Stage()
    amina = stage.enter("Amina", "participant-ticket")
    new = renewed(stage, Role.PARTICIPANT)
    assert refused(stage, "participant-ticket") == "LINK_RENEWED"
    assert refused(stage, "ticket") == "LINK_RENEWED"  # every older one of the role
    stage.enter("Hélène", "host-ticket")
    stage.enter("Bruno", new)
    stage.do(Return(f"session-{amina}", "t99", "participant-ticket"))
    stage.do(Admit(amina, "t99", *negotiated("t99", stage.room.people.get(amina).client, 4)))
    assert stage.transport(amina) == "t99"


def test_rechecked_people_are_put_out_and_come_again_by_the_new_link() -> None:
    stage = Stage()
    amina, helene = stage.enter("Amina"), stage.enter("Hélène", "host-ticket")
    bruno = stage.knock("Bruno")  # still negotiates
    new = renewed(stage, Role.PARTICIPANT, recheck=True)
    assert [(e.participant, e.cause) for e in of(stage.happened, PersonGone)] == [(amina, Cause.RECHECKED)]
    with pytest.raises(Refused):
        stage.admit(bruno)
    assert stage.see(helene)
    assert stage.room.door.holder(f"session-{amina}") is None
    assert refused(stage, "ticket") == "LINK_RENEWED"
    stage.enter("Amina", new)


def test_a_dead_host_link_makes_nobody_a_host() -> None:
    """H18."""
    stage = Stage()
    amina = stage.enter()
    renewed(stage, Role.HOST)
    stage.do(Return(f"session-{amina}", "t99", "host-ticket"))
    assert stage.room.people.get(amina).role is Role.PARTICIPANT


def test_one_live_session_a_ticket() -> None:
    """R113, H19: the one who comes with it is the one who is here; the place is the same one, also in a full room."""
    stage = Stage(capacity=1)
    ticket = invited(stage, "Amina")
    amina = stage.enter("Amina", ticket)
    again = stage.enter("Amina", ticket)
    assert [(e.participant, e.cause) for e in of(stage.happened, PersonGone)] == [(amina, Cause.REPLACED)]
    assert [person.id for person in stage.room.people] == [again]
    (view,) = stage.room.access.tickets()
    assert view.participant == again


def test_of_two_joins_at_the_same_moment_one_comes_in() -> None:
    """H19: the later knock has the place; the earlier negotiation finds it gone."""
    stage = Stage()
    ticket = invited(stage, "Amina")
    first, second = stage.knock("Amina", ticket), stage.knock("Amina", ticket)
    with pytest.raises(Refused, match="SESSION_UNKNOWN"):
        stage.admit(first)
    stage.admit(second)
    assert len(stage.room.people) == 1


def test_who_was_removed_does_not_come_back_with_their_ticket() -> None:
    """H19: nor by the session; everybody else's ticket is as good as before."""
    stage = Stage()
    mine, other = invited(stage, "Eve"), invited(stage, "Amina")
    eve = stage.enter("Eve", mine)
    stage.do(Remove(eve, OPERATOR))
    assert of(stage.happened, TicketEnded) == [TicketEnded("salle", mine, "removed", stage.now)]
    assert refused(stage, mine) == "REMOVED"
    stage.enter("Amina", other)


def test_a_ticket_is_revoked_or_replaced_alone() -> None:
    """R113."""
    stage = Stage()
    amina, bruno = invited(stage, "Amina"), invited(stage, "Bruno")
    stage.do(Revoke("k-Amina", OPERATOR, Link("of-Amina-2", Role.PARTICIPANT, NOON + 3600, "k-Amina-2", "Amina")))
    assert refused(stage, amina) == "TICKET_REVOKED"
    stage.enter("Amina", "of-Amina-2")
    stage.enter("Bruno", bruno)
    with pytest.raises(Refused, match="TICKET_UNKNOWN"):
        stage.do(Revoke("k-nobody", OPERATOR))


def test_where_tickets_have_names_a_common_link_opens_nothing_but_to_moderators() -> None:
    """R112, R128."""
    stage = Stage()
    stage.do(SetAccess(Mode.TOKEN, OPERATOR))
    assert refused(stage, "ticket") == "TICKET_NAMED"
    stage.enter("Hélène", "host-ticket")
    stage.enter("Amina", invited(stage, "Amina"))


def test_a_password_is_proven_as_it_is_now() -> None:
    """R112: what was matched before it was changed proves nothing; moderators need none (R128)."""
    stage = Stage()
    stage.do(SetAccess(Mode.PASSWORD, OPERATOR, "scrypt:one"))
    assert refused(stage, "ticket") == "PASSWORD_MISSING"
    stage.enter("Hélène", "host-ticket")
    link = stage.room.access.link("ticket")
    stage.room.access.check(link, "scrypt:one")
    stage.do(SetAccess(Mode.PASSWORD, OPERATOR, "scrypt:two"))
    with pytest.raises(Refused, match="PASSWORD_MISSING"):
        stage.room.access.check(link, "scrypt:one")
    stage.do(SetAccess(Mode.OPEN, OPERATOR))
    assert stage.room.access.password == ""
    stage.enter("Amina")


def test_there_is_no_password_room_without_a_password() -> None:
    """R126: nothing stands in for it."""
    with pytest.raises(Refused, match="PASSWORD_MISSING"):
        Stage().do(SetAccess(Mode.PASSWORD, OPERATOR))
