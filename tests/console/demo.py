"""A fake fleet to look at: `python -m tests.console.demo` prints REGIE_CONTEXTS; then run the console on it."""

from __future__ import annotations

import asyncio
import itertools
import math
import random
import sys
import tempfile
from pathlib import Path

from console.contexts import Contexts, save
from protos.participants.v1 import participants_pb2
from tests.console.fleet import Authority, FakeNode

NAMES = (
    "Ada Lovelace", "Amina Diallo", "Bob Keller", "Çelik Öztürk", "Élodie Martin", "李雷", "Noisy Kettle",
    "Olga Ivanova", "Sofía García", "Tomás Núñez", "Yuki 田中", "Zed", "Fatima Zahra",
    "Jean-Baptiste de La Fontaine", "Guest 4411",
)  # fmt: skip
WORDS = (
    "bonjour à tous", "can you hear me now?", "audio breaks up", "+1", "谢谢", "teşekkürler", "please no links",
    "Merci pour la présentation, c’était très clair ; est-ce que les diapositives seront partagées après la séance ?",
    "buy cheap followers at spam.example", "\x1b[31mred?\x1b[0m \x1b]52;c;aGk=\x07 [bold]markup[/bold]", "👍🏽 super",
)  # fmt: skip


async def main(count: int) -> None:
    folder = Path(tempfile.mkdtemp(prefix="regie-fleet-"))
    authority = Authority(folder)
    rng = random.Random(7)
    places = ("par", "fra", "waw", "ams", "lon", "mad")
    nodes = [FakeNode(f"{places[i % 6]}-{i // 6 + 1:02d}", authority, tick=1.0) for i in range(count)]
    contexts = Contexts(nodes[0].name)
    for node in nodes:
        await node.start()
        contexts.entries[node.name] = node.context
        for name in rng.sample(("town-hall", "daily", "lobby", "math-101", "dev-talk", "sales"), rng.randint(1, 4)):
            await node.open_room(name, name.replace("-", " ").title(), max_participants=rng.choice((0, 50, 300)))
            for i in range(rng.randint(1, 40)):
                await node.enter(name, f"p{i:04d}", NAMES[i % len(NAMES)], role="host" if i == 0 else "participant")
            for text in WORDS:
                await node.say(name, rng.choice(NAMES), text)
    save(contexts, folder / "contexts.toml")
    print(f"REGIE_CONTEXTS={folder / 'contexts.toml'}", flush=True)
    for step in itertools.count():
        await asyncio.sleep(1)
        for i, node in enumerate(nodes):
            node.load.cpu_percent = min(
                99.0, 45 + 30 * math.sin(step / 20 + i) + rng.uniform(0, 12) + (25 if i == 2 else 0)
            )
            node.load.packets_out_per_second = len(node.people) * rng.randint(800, 1200)
            node.load.packets_in_per_second = node.load.packets_out_per_second // 8
            node.load.bits_out_per_second = node.load.packets_out_per_second * 8_000
            node.load.bits_in_per_second = node.load.packets_in_per_second * 8_000
            node.load.loss_percent = rng.uniform(0, 0.6)
            for room in node.rooms.values():
                room.bits_out_per_second = room.people * 1_400_000
                room.speaking, room.cameras = rng.randint(0, 2), room.people // 2
                room.screen = i % 2 == 0
                await node._tell("room", room.room, room)
            for person in rng.sample(list(node.people.values()), min(6, len(node.people))):
                person.speaking = rng.random() < 0.3
                person.level = rng.randint(12, 40) if person.speaking else rng.randint(45, 127)
                person.quality.loss_percent = abs(rng.gauss(0, 3))
                person.quality.rtt_ms = rng.uniform(15, 240)
                bad = person.quality.loss_percent
                grades = participants_pb2.Quality
                person.quality.grade = (
                    grades.GRADE_GOOD if bad < 2 else grades.GRADE_FAIR if bad < 8 else grades.GRADE_POOR
                )
                await node.changed(person)
            if step % 3 == i % 3 and node.rooms:
                await node.say(rng.choice(list(node.rooms)), rng.choice(NAMES), rng.choice(WORDS))


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 3))
