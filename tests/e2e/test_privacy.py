"""A real node that people used keeps quiet about them."""

from __future__ import annotations

import asyncio
import sqlite3

import aiohttp
import pytest

from node.demo.peer import Door, JoinRefused, Peer
from tests.e2e.machine import Machine


async def test_logs_and_metrics_know_no_person(machine: Machine) -> None:
    """After joins, a refusal, chat and a crash of a client no name, text, ticket, session or room is in them; secrets
    are not in the database either."""
    room = await machine.room()
    amina = Peer(room.host, "Amina Tremblé", hears=1, sees=1)
    jean = Peer(room.participant, "Jean Kerzérho", hears=1, sees=1)
    for peer in (amina, jean):
        await peer.join()
    staying = [asyncio.create_task(peer.stay()) for peer in (amina, jean)]
    await asyncio.gather(amina.welcomed.wait(), jean.welcomed.wait())
    await amina.chat("Mon secret de polichinelle", "1")
    while (message := await asyncio.wait_for(jean.messages.get(), 5))["type"] != "chat":
        pass
    assert message["message"]["text"] == "Mon secret de polichinelle"
    stranger = Peer(Door(machine.base, room.room, "billet-errone"), "Ursule")
    with pytest.raises(JoinRefused):
        await stranger.join()
    await stranger.close()
    await asyncio.sleep(1.1)  # a second of figures
    await jean.close()
    for task in staying:
        task.cancel()
    await asyncio.gather(*staying, return_exceptions=True)

    async with aiohttp.ClientSession() as http, http.get(f"http://127.0.0.1:{machine.metrics}/metrics") as answer:
        metrics = await answer.text()
    secrets = (room.host.ticket, room.participant.ticket, amina.session, jean.session)
    personal = ("Tremblé", "Kerzérho", "polichinelle", "Ursule", "billet-errone", *secrets)
    for word in personal:
        assert word not in machine.log()
        assert word not in metrics
    assert room.room not in metrics and amina.participant not in metrics
    await amina.leave()
    await machine.stop()

    dump = "\n".join(line for path in machine.folder.rglob("*.sqlite3") for line in sqlite3.connect(path).iterdump())
    assert "Amina" in dump, "the database is where people are"
    for secret in secrets:
        assert secret not in dump
