"""D5: a fleet on one machine, played; the same seed plays the same story, and it answers by the real contracts."""

from __future__ import annotations

import tomllib
from pathlib import Path

import grpc
import pytest

from node.demo.fleet import Authority, FakeNode
from node.demo.fleet.stage import FleetStage
from node.demo.fleet.world import Plan, World, names
from protos.mute.v1 import mute_pb2
from protos.nodes.v1 import nodes_pb2, nodes_pb2_grpc


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("ca"))


async def played(authority: Authority, seed: int) -> list[bytes]:
    nodes = [FakeNode(name, authority) for name in names(4)]
    world = World(nodes, Plan(rooms=8, people=80, changes=40, seed=seed))
    await world.fill()
    for _ in range(5):
        await world.second()
    people = [person for node in nodes for person in node.people.values()]
    for person in people:
        person.ClearField("hand")  # the one time that is the machine's
    return [person.SerializeToString(deterministic=True) for person in people]


async def test_one_seed_one_story(authority: Authority) -> None:
    once = await played(authority, 7)
    assert len(once) == 80
    assert once == await played(authority, 7)
    assert once != await played(authority, 8)


def test_the_processes_of_the_demonstration_answer_and_leave_nothing_behind() -> None:
    with FleetStage(2) as stage:
        stage.open()
        contexts = tomllib.loads(stage.contexts.read_text("utf-8"))["contexts"]
        assert sorted(contexts) == ["fra-01", "par-01"]
        entry = contexts["fra-01"]
        credentials = grpc.ssl_channel_credentials(Path(entry["ca_file"]).read_bytes())
        with grpc.secure_channel(entry["address"], credentials) as channel:
            reply = nodes_pb2_grpc.NodesServiceStub(channel).ListNodes(
                nodes_pb2.ListNodesRequest(),
                metadata=(("authorization", f"Bearer {entry['token']}"),),
                timeout=30,
                wait_for_ready=True,
            )
        assert [node.node for node in reply.nodes] == ["fra-01"]
        assert reply.nodes[0].load.people == 36
    assert not stage.folder.exists()


async def test_what_an_operator_does_is_on_record_and_the_webinars_go_on(authority: Authority) -> None:
    node = FakeNode("waw-01", authority)
    world = World([node], Plan(rooms=2, people=4, changes=0))
    await world.fill()
    assert node.node().load.webinars == 2
    node.calls.append(
        ("MuteParticipant", mute_pb2.MuteParticipantRequest(room="daily", participant="p1", reason="noise"))
    )
    await world.second()
    await world.second()
    (record,) = node.records
    assert (record.method, record.reason) == ("/regie.mute.v1.MuteService/MuteParticipant", "noise")
    assert dict(record.targets) == {"room": "daily", "participant": "p1"}
