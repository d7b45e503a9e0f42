"""What operators did in a room, over its hosts' real WebSockets: all of it for them, none of it for anybody else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace
from sqlalchemy import text

from node.features.audit.room import LOOKED_AT
from node.features.audit.rules import DAY_S, Record
from node.features.audit.service import Audit, Keeping
from node.features.audit.store import OF, SqlStore, audit_record
from node.rpc.methods import METHODS
from tests.page.test_languages import LOCALES
from tests.web.house import OPERATOR, House

DEED = Record(
    at=1_790_000_000.5,
    operator="Olga Petit",
    operator_id="op_7f",
    role="moderator",
    method="/regie.mute.v1.MuteService/MuteParticipant",
    targets={},
    reason="larsen",
    outcome="OK",
    latency_ms=1.5,
    request_id="4bf92f3577b34da6a3ce929d0e0e4736",
)


async def written(home: House, *records: Record) -> None:
    for record in records:
        home.audit.note(record)
    await home.audit.close()  # all of it is in the table


async def test_a_host_reads_who_did_what_when_and_why(home: House) -> None:
    """D5: the operator's name, to whom, the reason and what came of it; no token's id, no address, no id of a call."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    amina = await home.person(room.room, tickets["participant"], "Amina")
    done = replace(DEED, targets={"room": room.room, "participant": amina.id})
    role = "/regie.participants.v1.ParticipantsService/SetRole"
    named = {"room": room.room, "participant": amina.id, "role": "host"}
    await written(home, done, replace(DEED, method=role, targets=named, reason="", outcome="NOT_ALLOWED"))
    await helene.send(type="audit")
    assert await helene.until("audit") == {
        "type": "audit",
        "next": 0,
        "since": 0,
        "entries": [
            {"number": 2, "at": 1_790_000_000_500, "who": "Olga Petit", "did": "SetRole", "participant": amina.id}
            | {"values": {"role": "host"}, "reason": "", "outcome": "NOT_ALLOWED"},
            {"number": 1, "at": 1_790_000_000_500, "who": "Olga Petit", "did": "MuteParticipant"}
            | {"participant": amina.id, "values": {}, "reason": "larsen", "outcome": "OK"},
        ],
    }


@pytest.mark.parametrize("role", ["participant", "speaker", "moderator", "technician"])
async def test_nobody_else_reads_it(home: House, role: str) -> None:
    """D5, H18: whatever their page sends. A role that is taken away takes it away."""
    room, tickets = await home.create(type="webinar", minutes=60)
    helene = await home.person(room.room, tickets["host"], "Hélène")
    other = await home.person(room.room, tickets[role], "Karim")
    await written(home, replace(DEED, targets={"room": room.room}))
    await other.send(type="audit")
    refused = await other.until("refused")
    assert (refused["code"], refused["to"], refused["current"]) == ("NOT_ALLOWED", "audit", role)
    await helene.send(type="role", participant=other.id, role="host")
    await other.until("role")
    await other.send(type="audit")
    assert len((await other.until("audit"))["entries"]) == 1
    await helene.send(type="role", participant=other.id, role=role)
    await other.until("role", role=role)
    await other.send(type="audit")
    assert (await other.until("refused"))["code"] == "NOT_ALLOWED"


async def test_no_other_room_s_and_nothing_of_strangers(home: House) -> None:
    """D5: a room, its recordings and its own limits, and what hosts did by a link; not a type's limits under the room's
    name, another room's recording, the node's matters, what was only asked again, or what callers without a token
    tried."""
    room, tickets = await home.create()
    elsewhere, _ = await home.create()
    own = await home.recordings.start(room.room, "grid", by=OPERATOR)
    other = await home.recordings.start(elsewhere.room, "grid", by=OPERATOR)
    helene = await home.person(room.room, tickets["host"], "Hélène")

    def of(**targets: str) -> Record:
        return replace(DEED, targets=targets)

    await written(
        home,
        of(recording=own.recording),
        of(scope="room", name=room.room, what="people", limit="20"),
        of(room=room.room),
        of(room=elsewhere.room),
        of(room=elsewhere.room, recording=own.recording),
        of(recording=other.recording),
        of(scope="type", name=room.room, what="people"),
        of(minutes="10"),
        of(),
        replace(of(room=room.room), repeated=True),
        replace(of(room=room.room), operator="", operator_id="", role="", outcome="TOKEN_WRONG"),
        replace(of(room=room.room, recording=own.recording), operator="k_2", operator_id="k_2", role="host"),
    )
    await helene.send(type="audit")
    found = (await helene.until("audit"))["entries"]
    assert [(entry["number"], entry["who"]) for entry in found] == [
        (11, ""),
        (3, "Olga Petit"),
        (2, "Olga Petit"),
        (1, "Olga Petit"),
    ]


async def test_older_ones_come_when_they_are_asked_for(home: House) -> None:
    """D5: page by page, each once, down to the first."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    deeds = [replace(DEED, targets={"room": room.room if number % 2 else "r_other"}) for number in range(1, 241)]
    await written(home, *deeds)
    found: list[int] = []
    before, pages = 0, 0
    while before or not pages:
        await helene.send(type="audit", before=before)
        page: dict[str, Any] = await helene.until("audit")
        found += [entry["number"] for entry in page["entries"]]
        before, pages = page["next"], pages + 1
    assert found == list(range(239, 0, -2))
    assert pages == -(-len(found) // LOOKED_AT)


async def test_what_retention_removed_is_told_of_to_whom_it_concerns(home: House) -> None:
    """D5: a host does not take what is not kept any more for nothing done; nor is a host told of a removal that took
    nothing of their room. The removal itself is the node's matter."""
    old, tickets = await home.create()
    opened = home.clock.now()
    helene = await home.person(old.room, tickets["host"], "Hélène")
    last = opened + 10 * DAY_S
    await written(
        home,
        replace(DEED, at=opened, targets={"room": old.room}),
        replace(DEED, at=last, targets={"room": old.room}),
    )
    await helene.send(type="audit")
    page = await helene.until("audit")
    assert ([entry["number"] for entry in page["entries"]], page["since"]) == ([2, 1], 0)

    assert await Audit(SqlStore(home.engine), Keeping(5, "n1", lambda: last)).retain() == 1
    await helene.send(type="audit")
    page = await helene.until("audit")
    assert ([entry["number"] for entry in page["entries"]], page["since"]) == ([2], int(last * 1000))

    home.clock.time += 11 * DAY_S
    new, tickets = await home.create()
    karim = await home.person(new.room, tickets["host"], "Karim")
    await karim.send(type="audit")
    page = await karim.until("audit")
    assert (page["entries"], page["since"]) == ([], 0)


async def test_who_asks_too_often_waits(home: House) -> None:
    """H10: a page cannot keep the database busy."""
    room, tickets = await home.create()
    helene = await home.person(room.room, tickets["host"], "Hélène")
    for _ in range(60):
        await helene.send(type="audit")
    assert (await helene.until("refused"))["code"] == "TOO_FAST"


async def test_a_room_s_are_found_without_reading_all_of_it(home: House) -> None:
    """By the index that a migration makes: its expression is the query's, letter by letter. A row that somebody spoilt
    spoils nobody's list."""
    async with home.engine.connect() as tx:
        first = OF["sqlite"]
        asked = f"EXPLAIN QUERY PLAN SELECT id FROM audit_record WHERE {first} IN ('a', 'b') ORDER BY id DESC LIMIT 51"
        plan = " ".join(str(row) for row in await tx.execute(text(asked)))
    assert "ix_audit_record_of" in plan
    spoilt = {**{column.name: "x" for column in audit_record.c}, "id": 7, "at": 1, "latency_ms": 1, "count": 1}
    spoilt |= {"targets": "{", "repeated": 0}
    names = ", ".join(f'"{name}"' for name in spoilt)
    async with home.engine.begin() as tx:
        places = ", ".join(f":{name}" for name in spoilt)
        await tx.execute(text(f"INSERT INTO audit_record ({names}) VALUES ({places})"), spoilt)
    assert await SqlStore(home.engine).of({"x"}, before=0, limit=10) == []


def test_there_are_words_for_whatever_an_operator_may_do_in_a_room() -> None:
    """D5: in plain French and English, and no two deeds under one word."""
    deeds = [
        method.rpartition("/")[2]
        for method, row in METHODS.items()
        if row.mutation and {"room", "recording", "scope"} & set(row.targets)
    ]
    assert len(deeds) == len(set(deeds)) > 40
    for words in LOCALES.values():
        assert {f"audit.did_{deed}" for deed in deeds} - words.keys() == set()
        assert {key.removeprefix("audit.did_") for key in words if key.startswith("audit.did_")} == {*deeds, "other"}
