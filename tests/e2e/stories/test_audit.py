"""A story of trust: an operator silences somebody, and the host reads who it was, and why."""

from __future__ import annotations

from playwright.async_api import expect

from node.features.operators.rules import Role
from node.rpc.local import LocalContext
from protos.mute.v1 import mute_pb2
from tests.e2e.machine import Operator, until
from tests.e2e.stories.teller import Teller


async def test_the_host_reads_what_an_operator_did_in_the_room(teller: Teller) -> None:
    """D5: "operator A muted X, reason …", by gRPC on one side and in the page on the other; another room's hosts read
    nothing of it."""
    room, links = await teller.room()
    _, elsewhere = await teller.room()
    helene, amina, other = await teller.someone("fr"), await teller.someone("fr"), await teller.someone("en")
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")
    await other.join(elsewhere["host"], "Karim")

    _, token = await teller.services.operators.create("Olga Petit", Role.MODERATOR)
    tls = teller.node.config.data_dir / "tls" / "ca.pem"
    olga = Operator(LocalContext(teller.node.rpc_address, str(tls), token))
    her = teller.id_of(room, "Amina")
    await olga(olga.mute.MuteParticipant, mute_pb2.MuteParticipantRequest(room=room, participant=her, reason="larsen"))

    async def written() -> bool:
        return [record.operator for _, record in await teller.services.audit.list(limit=1)] == ["Olga Petit"]

    await until(written, 30, "it is in the table")

    await helene.choose("audit.title")
    deed = helene.page.locator("#audit-list li")
    await expect(deed).to_have_count(1)
    for said in ("Olga Petit", helene.word("audit.did_MuteParticipant", name="\u2068Amina\u2069"), "larsen"):
        await expect(deed).to_contain_text(said)
    await other.choose("audit.title")
    await other.reads("#audit-says", "audit.empty")
    await expect(other.page.locator("#audit-list li")).to_have_count(0)
    await olga.channel.close()
