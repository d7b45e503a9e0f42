"""The replay on the room's own address (R216, R219): the real edge and files, a real player."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from node.features.access.rules import Mode
from tests.e2e.firefox import firefox
from tests.e2e.machine import until
from tests.page.conftest import LAPTOP, pictures
from tests.page.film import film
from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode
from tests.page.test_accessible import examine
from tests.web.house import OPERATOR, House, house
from tests.web.replays import RECORDING, recorded

PHONE = {"width": 320, "height": 640}
MESSAGES = {2: "Bonjour à tous", 4: "On vous entend", 18: "Merci, à bientôt"}
"""Seconds after the start of the session: the pause is from 10 to 15."""


class Viewer(Guest):
    """Somebody with the link of a session that is over."""

    def __init__(self, made: House, link: str, page: Page) -> None:
        super().__init__(cast(ScriptedNode, SimpleNamespace(address=made.url("/"))), page.context, page, pictures())
        self.link = link

    @property
    def video(self) -> Locator:
        return self.page.locator("#player-video")

    async def watch(self) -> None:
        await self.open(self.link)
        await self.until_screen("replay")
        await self.page.wait_for_function("() => document.querySelector('#player-video').readyState >= 1")

    async def at(self, seconds: float) -> None:
        """The picture of that second is there."""
        await self.page.wait_for_function(
            "at => { const v = document.querySelector('#player-video');"
            " return !v.seeking && v.readyState >= 2 && Math.abs(v.currentTime - at) < 0.5; }",
            arg=seconds,
        )

    async def says(self, *texts: str) -> None:
        """What was written until then; the page looks a few times a second where the picture is."""
        await expect(self.page.locator("#replay-chat .words")).to_have_text(list(texts))

    async def property(self, name: str) -> Any:
        return await self.video.evaluate(f"video => video.{name}")


@asynccontextmanager
async def session(
    folder: Path, *, closed: bool = True, role: str = "participant"
) -> AsyncIterator[tuple[House, str, str]]:
    """A webinar that was recorded and published: (house, room, link of that role)."""
    async with house(folder / "house") as made:
        room, tickets = await made.create(type="webinar")
        host = await made.person(room.room, tickets["host"], "Hélène Ménard")
        began = made.clock.time
        made.files.files[(RECORDING, "room.webm")] = film()
        recorded(made, room.room, made.files.files[(RECORDING, "room.webm")])
        for second, text in MESSAGES.items():
            made.clock.time = began + second
            await host.send(type="chat", text=text)
            await host.quiet()
        made.clock.time = began + 60
        if closed:
            await made.rooms.close(room.room, by=OPERATOR)
        yield made, room.room, f"{made.url(f'/r/{room.room}')}#{tickets[role]}"


async def viewer(made: House, link: str, browser: Browser, size: dict[str, int], scheme: Any = "dark") -> Viewer:
    phone = size is PHONE
    context = await browser.new_context(
        locale="fr-FR",
        viewport=size,
        has_touch=phone,
        is_mobile=phone,
        color_scheme=scheme,  # type: ignore[arg-type]
    )
    return Viewer(made, link, await context.new_page())


async def leave(guest: Viewer) -> None:
    guest.check()
    assert not any(guest.link.partition("#")[2] in url.partition("#")[0] for url in guest.requests)
    await guest.context.close()


@pytest.mark.timeout(240)
async def test_a_session_is_watched_again(tmp_path: Path, browser: Browser) -> None:
    """Play, leap, speed, sound, chapters, chat in its time, and the keyboard alone."""
    async with session(tmp_path) as (made, _room, link):
        guest = await viewer(made, link, browser, LAPTOP)
        await guest.watch()
        page = guest.page
        await expect(page.get_by_role("heading", level=1)).to_have_text("Salle")
        await expect(page.locator("#player-time")).to_have_text("0:00 / 0:20")
        await examine(guest, "replay")
        await guest.picture("replay-laptop")

        await page.get_by_role("button", name="Lire").click()
        await page.wait_for_function("() => document.querySelector('#player-video').currentTime > 0.3")
        await page.keyboard.press(" ")  # the button has the focus: it is pressed
        await expect(page.get_by_role("button", name="Lire")).to_be_visible()

        seek = page.get_by_role("slider", name="Position")
        await seek.focus()
        await page.keyboard.press("Home")
        await guest.at(0)
        await guest.says()
        await page.keyboard.press("ArrowRight")
        await guest.at(5)
        await guest.says("Bonjour à tous", "On vous entend")
        await expect(seek).to_have_attribute("aria-valuetext", "0:05 sur 0:20")

        await page.get_by_role("button", name="Partie 2").click()
        await guest.at(10)
        await expect(page.get_by_role("button", name="Partie 2")).to_have_attribute("aria-current", "true")
        await page.get_by_role("button", name="Partie 2").press("k")
        assert await guest.property("paused"), "keys of the player are the player's"
        await seek.focus()
        await page.keyboard.press("End")
        await expect(page.locator("#replay-chat li")).to_have_count(3)
        await page.get_by_role("button", name="Aller à 0:13").click()
        await guest.at(13)
        await guest.picture("replay-laptop-chat")

        await page.get_by_label("Vitesse").select_option("1.5")
        assert await guest.property("playbackRate") == 1.5
        await page.get_by_role("button", name="Couper le son").press("m")
        assert await guest.property("muted")
        await page.get_by_role("slider", name="Volume").fill("40")
        assert (await guest.property("muted"), await guest.property("volume")) == (False, 0.4)
        await page.get_by_role("button", name="Plein écran", exact=True).click()
        await expect(page.get_by_role("button", name="Quitter le plein écran")).to_be_visible()
        await page.get_by_role("button", name="Quitter le plein écran").click()
        await page.get_by_role("button", name="English").click()
        await expect(page.get_by_role("button", name="Part 2")).to_be_visible()
        await leave(guest)


@pytest.mark.timeout(240)
async def test_a_telephone_shows_all_of_it(tmp_path: Path, browser: Browser) -> None:
    """WCAG 1.4.10: 320 pixels wide, nothing is beside the screen; fingers find every control."""
    async with session(tmp_path) as (made, _room, link):
        guest = await viewer(made, link, browser, PHONE, "light")
        await guest.watch()
        await guest.page.locator("#player-seek").fill("18")
        await expect(guest.page.locator("#replay-chat li")).to_have_count(3)
        await guest.page.locator("#player-play").tap()
        await guest.page.wait_for_function("() => document.querySelector('#player-video').currentTime > 18.3")
        await guest.page.locator("#player-play").tap()
        await examine(guest, "replay on a telephone")
        assert await guest.page.evaluate("document.documentElement.scrollWidth") == 320
        small = await guest.page.evaluate(
            """() => [...document.querySelectorAll('.player button, .player select, .player input, .chapters button')]
                .filter(node => node.checkVisibility())
                .map(node => [node.id || node.className, node.getBoundingClientRect()])
                .filter(([, box]) => box.width < 44 || box.height < 44).map(([name]) => name)"""
        )
        assert small == []
        await guest.picture("replay-phone")
        await leave(guest)


@pytest.mark.timeout(240)
async def test_it_goes_on_when_its_address_has_run_out(tmp_path: Path, browser: Browser) -> None:
    """Passes are short-lived: the page asks for another, and plays on where it stood."""
    async with session(tmp_path) as (made, _room, link):
        guest = await viewer(made, link, browser, LAPTOP)
        await guest.watch()
        await guest.page.locator("#player-seek").fill("3")
        await guest.at(3)
        before = await guest.property("src")
        made.clock.time += 86_400
        # What a browser does when it wants more of a long film and is refused.
        await guest.video.evaluate("video => { video.src = video.src.replace(/replay\\/[^/]+/, 'replay/old'); }")
        await guest.page.wait_for_function(
            "before => { const v = document.querySelector('#player-video');"
            " return v.src !== before && !v.src.includes('/old/') && v.readyState >= 2; }",
            arg=before,
        )
        await leave(guest)


@pytest.mark.timeout(240)
async def test_the_password_is_asked_for_and_an_open_room_offers_both(tmp_path: Path, browser: Browser) -> None:
    async with session(tmp_path, closed=False) as (made, room, link):
        await made.access.set(room, Mode.PASSWORD, "sésame-ouvre", by=OPERATOR)
        guest = await viewer(made, link, browser, LAPTOP)
        await guest.open(link)
        await guest.until_screen("join")
        await guest.page.get_by_role("button", name="Voir la rediffusion").click()
        await guest.until_screen("replay")
        await expect(guest.page.locator("#replay-error")).to_be_empty()
        await guest.page.get_by_role("textbox", name="Mot de passe de la salle").fill("sésame-ferme")
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.locator("#replay-error")).to_contain_text("Ce mot de passe n’est pas le bon.")
        await examine(guest, "password of a replay")
        await guest.page.get_by_role("textbox", name="Mot de passe de la salle").fill("sésame-ouvre")
        await guest.page.keyboard.press("Enter")
        await expect(guest.page.locator("#player-time")).to_have_text("0:00 / 0:20")
        await guest.page.get_by_role("button", name="Retour à la salle").click()
        await guest.until_screen("join")
        await leave(guest)


@pytest.mark.timeout(240)
async def test_a_host_adds_to_the_page(tmp_path: Path, browser: Browser) -> None:
    """R217, R219: what it was about, who spoke, chapters, a document, captions that are seen in the picture."""
    async with session(tmp_path, role="host") as (made, _room, link):
        guest = await viewer(made, link, browser, LAPTOP)
        await guest.watch()
        page = guest.page
        await page.get_by_text("Compléter cette page").click()
        await page.get_by_role("textbox", name="Présentation").fill("Le **budget** de l’année")
        await page.get_by_label("Intervenants, un par ligne").fill("Amina Benali, DGFiP")
        await page.get_by_label("Chapitres, un par ligne").fill("0:00 Accueil\n0:12 Questions")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.locator("#replay-context strong")).to_have_text("budget")
        await expect(page.locator("#replay-speakers")).to_contain_text("Amina Benali")
        await expect(page.locator("#replay-chapters li")).to_have_text(["0:00 Accueil", "0:12 Questions"])

        choose = page.get_by_label("Document, image ou sous-titres")
        pdf = {"name": "Programme de l’été.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + bytes(99)}
        await choose.set_input_files(files=[pdf])  # type: ignore[list-item]
        await page.get_by_role("button", name="Joindre").click()
        await expect(page.locator("#replay-materials a")).to_have_text("Programme de l’été.pdf")
        vtt = b"WEBVTT\n\n00:00.000 --> 00:09.000\nBonjour\n"
        await choose.set_input_files(files=[{"name": "a.vtt", "mimeType": "text/vtt", "buffer": vtt}])
        await page.get_by_role("button", name="Joindre").click()
        await page.get_by_role("combobox", name="Sous-titres", exact=True).select_option("Français")
        await page.wait_for_function(
            "() => { const [track] = document.querySelector('#player-video').textTracks;"
            " return track?.mode === 'showing' && track.cues?.[0]?.text === 'Bonjour'; }"
        )
        await examine(guest, "a host adds to a replay")
        await guest.picture("replay-host")
        await page.get_by_role("button", name="Retirer Programme de l’été.pdf").click()
        await expect(page.locator("#replay-materials a")).to_have_count(0)
        await leave(guest)


@pytest.mark.timeout(240)
async def test_a_full_page_fits_a_telephone(tmp_path: Path, browser: Browser) -> None:
    """R217, R219: nothing lies over anything, times stand in one line, a list follows its paragraph."""
    async with session(tmp_path, role="host") as (made, _room, link):
        guest = await viewer(made, link, browser, PHONE)
        await guest.watch()
        page = guest.page
        await page.get_by_text("Compléter cette page").click()
        await page.get_by_role("textbox", name="Présentation").fill(
            "Le **budget** de l’année\n\n- les écoles\n- les parcs"
        )
        await page.get_by_label("Intervenants, un par ligne").fill("Amina Benali, directrice des moyens généraux")
        questions = "0:12 Questions du public, puis les réponses de la direction"
        await page.get_by_label("Chapitres, un par ligne").fill(f"0:00 Accueil\n{questions}")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.locator("#replay-chapters li")).to_have_text(["0:00 Accueil", questions])
        pdf = {"name": "Programme de l’été.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 " + bytes(99)}
        await page.get_by_label("Document, image ou sous-titres").set_input_files(files=[pdf])  # type: ignore[list-item]
        await page.get_by_role("button", name="Joindre").click()
        await expect(page.locator("#replay-materials a")).to_have_text("Programme de l’été.pdf")
        await page.locator("#player-seek").fill("6")
        await expect(page.locator("#replay-chat li")).to_have_count(2)
        found = await page.evaluate(
            """() => {
                const box = name => document.querySelector(name).getBoundingClientRect();
                const sections = ['#replay-context-section', '#replay-speakers-section', '.player',
                    '#replay-chapters-section', '#replay-chat-section', '#replay-chat-scroll',
                    '#replay-materials-section', '#replay-edit'].map(name => [name, box(name)]);
                const over = sections.slice(1).filter(([name, { top }], n) =>
                    name !== '#replay-chat-scroll' && top < sections[n][1].bottom).map(([name]) => name);
                return { over, wide: document.documentElement.scrollWidth,
                    times: [...document.querySelectorAll('.chapters .when')].map(node => Math.round(
                        node.getBoundingClientRect().height / parseFloat(getComputedStyle(node).lineHeight))),
                    apart: box('#replay-context ul').top - box('#replay-context p').bottom };
            }"""
        )
        assert (found["over"], found["wide"], found["times"]) == ([], 320, [1, 1])
        assert found["apart"] < 16
        await examine(guest, "a full page of a replay on a telephone")
        await guest.picture("replay-phone-full")
        await leave(guest)


@pytest.mark.timeout(240)
async def test_firefox_plays_it(tmp_path: Path) -> None:
    async with session(tmp_path) as (_made, _room, link), firefox(tmp_path) as window:
        await window.open(link)
        ready = "() => (document.querySelector('#player-video')?.readyState ?? 0) >= 2"
        await until(lambda: window.run(ready), 60, "Firefox has the picture", every=0.1)
        leap = """async () => {
            const video = document.querySelector('#player-video');
            document.querySelector('#replay-chapters li:last-child button').click();
            video.muted = true;
            await video.play();
            while (video.currentTime < 10.2) await new Promise(resolve => setTimeout(resolve, 20));
            return [video.error, video.videoWidth, document.querySelectorAll('#replay-chat li').length];
        }"""
        assert await window.run(leap) == [None, 160, 2]
