"""People of a story: each has a browser, reads one language, and acts by what they read. What the plane forwards is
asked of the plane."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, Final

from playwright.async_api import Browser, Locator, Page, expect

from node.ports import Actor, Source
from node.running import RunningNode
from tests.e2e.machine import until
from tests.page.toasts import REMEMBER, toasted

OPERATOR: Final = Actor("operator", "olga", "admin")
LOCALES: Final = Path(__file__).parents[3] / "node" / "web" / "locale"
WORDS: Final[dict[str, dict[str, Any]]] = {
    language: json.loads((LOCALES / f"{language}.json").read_text("utf-8")) for language in ("fr", "en")
}


class Someone:
    """At a page of the room."""

    def __init__(self, page: Page, language: str) -> None:
        self.page = page
        self.language = language
        self.wrong: list[str] = []
        page.on("pageerror", lambda error: self.wrong.append(str(error)))

    def word(self, key: str, **values: object) -> str:
        """What the page says under this key, in their language."""
        text: str = WORDS[self.language][key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    async def knock(self, link: str, name: str, *, password: str = "") -> None:
        """As far as pressing the button."""
        await self.page.goto(link)
        await expect(self.page.locator("body")).to_have_attribute("data-screen", "join")
        await self.page.get_by_label(self.word("join.name")).fill(name)
        if password:
            await self.secret().fill(password)
        await self.page.locator("#join-submit").click()

    def secret(self) -> Locator:
        return self.page.locator("#join").get_by_label(self.word("join.password"))

    async def join(self, link: str, name: str, *, password: str = "") -> None:
        await self.knock(link, name, password=password)
        await self.until_screen("room")
        await expect(self.page.locator("body")).to_have_attribute("data-media", "connected")

    async def until_screen(self, name: str) -> None:
        await expect(self.page.locator("body")).to_have_attribute("data-screen", name)

    async def reads(self, where: str, key: str, **values: object) -> None:
        """Waits until the page says so; or has said so, where it says it for a moment."""
        if where == ".toast":
            await toasted(self.page, self.word(key, **values))
            return
        said = self.page.locator(where).filter(has_text=self.word(key, **values))
        await expect(said).not_to_have_count(0)

    def button(self, key: str, inside: str = "body", **values: object) -> Locator:
        return self.page.locator(inside).get_by_role("button", name=self.word(key, **values))

    async def choose(self, key: str) -> None:
        """An entry of the menu."""
        await self.page.locator("#control-menu").click()
        await self.button(key, "#menu").click()

    async def people(self) -> None:
        await self.page.locator("#control-participants").click()

    async def act_on(self, participant: str, key: str) -> None:
        """An entry of somebody's menu in the list."""
        await self.page.locator(f'#people-list li[data-participant="{participant}"] button[aria-haspopup]').click()
        await self.button(key, "#person").click()

    def stage(self) -> Locator:
        return self.page.locator(".tile.stage")


class Teller:
    def __init__(self, node: object, browser: Browser) -> None:
        assert isinstance(node, RunningNode)
        self.node = node
        self.services = node.services
        self._browser = browser
        self._people: list[Someone] = []

    async def room(self, **wishes: Any) -> tuple[str, dict[str, str]]:
        """A room and its links by role."""
        view, links = await self.services.rooms.create(title="Conseil", by=OPERATOR, **wishes)
        return view.room, {link.role: link.url for link in links}

    async def someone(self, language: str, *, camera: bool = False) -> Someone:
        """Somebody with a browser of their own; the microphone is closed."""
        context = await self._browser.new_context(locale={"fr": "fr-FR", "en": "en-GB"}[language])
        await context.grant_permissions(["camera", "microphone"])
        wishes = json.dumps({"microphone": False, "camera": camera})
        remembered = f"localStorage.getItem('regie.wishes') ?? localStorage.setItem('regie.wishes', '{wishes}')"
        await context.add_init_script(f"if (location.protocol !== 'about:') {remembered}")
        await context.add_init_script(REMEMBER)
        made = Someone(await context.new_page(), language)
        self._people.append(made)
        return made

    async def close(self) -> None:
        wrong = [each for someone in self._people for each in someone.wrong]
        for someone in self._people:
            await someone.page.context.close()
        assert wrong == []

    # ------------------------------------------------------------ what the plane does

    def id_of(self, room: str, name: str) -> str:
        return next(person.id for person in self.node.floor.rooms[room].people if person.name == name)

    async def seen(self, room: str) -> dict[str, set[str]]:
        """By name: whose cameras and screens the plane forwards to them, as `name source`."""
        people = {person.transport: person for person in self.node.floor.rooms[room].people}
        tracks = {track.id: f"{person.name} {track.source}" for person in people.values() for track in person.tracks}
        held = [each for each in await self.node.media.held() if each.transport in people]
        muted = {track for each in held for track in each.muted}
        return {
            people[each.transport].name: {
                tracks[track] for track in each.assigned.values() if track in tracks and track not in muted
            }
            for each in held
        }

    async def until_seen(self, room: str, name: str, wanted: set[str]) -> None:
        """Waits until the plane forwards exactly these to somebody."""

        async def so() -> bool:
            return (await self.seen(room)).get(name) == wanted

        await until(so, 30, f"the plane forwards {wanted or 'nothing'} to {name}")

    async def blocked(self, room: str, name: str, source: Source) -> bool:
        """Whether the plane lets nothing of it through."""
        person = self.node.floor.rooms[room].people.get(self.id_of(room, name))
        track = person.track(source)
        assert track is not None
        return any(track.id in each.muted for each in await self.node.media.held())

    async def nothing_checked(self) -> bool:
        """Whether no connection check holds anything."""
        return not any(each.room.startswith("check_") for each in await self.node.media.held())

    async def until_blocked(self, room: str, name: str, source: Source, blocked: bool) -> None:
        async def so() -> bool:
            return await self.blocked(room, name, source) is blocked

        await until(so, 30, f"{source} of {name} is {'' if blocked else 'not '}blocked in the plane")


def secret_of(link: str) -> str:
    return re.sub(r".*#", "", link)
