"""A story of three: a host restricts, and in that instant the plane has no such route any more."""

from __future__ import annotations

from playwright.async_api import expect

from node.ports import Source
from tests.e2e.stories.teller import Teller


async def test_who_sees_cameras_and_who_may_open_one_changes_for_those_who_are_in(teller: Teller) -> None:
    """R187, R189, R190, R102: it is a route that the plane does not have, and not a picture that a page hides."""
    room, links = await teller.room()
    helene, amina, bruno = [await teller.someone(language, camera=True) for language in ("fr", "en", "fr")]
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")
    await bruno.join(links["participant"], "Bruno")
    everything = {
        who: {f"{other} camera" for other in ("Hélène", "Amina", "Bruno") if other != who}
        for who in ("Hélène", "Amina", "Bruno")
    }
    for who, cameras in everything.items():
        await teller.until_seen(room, who, cameras)

    await helene.people()
    await helene.button("flags.title").click()
    await helene.page.get_by_label(helene.word("flags.webcams_only_for_moderators")).check()
    for who in ("Amina", "Bruno"):
        await teller.until_seen(room, who, {"Hélène camera"})
    await teller.until_seen(room, "Hélène", everything["Hélène"])
    await amina.reads(".toast", "flags.told.cameras_for_hosts")
    await bruno.reads(".toast", "flags.told.cameras_for_hosts")
    await expect(amina.page.locator(f'.tile.picture[data-participant="{teller.id_of(room, "Bruno")}"]')).to_have_count(
        0
    )

    await helene.page.get_by_label(helene.word("flags.webcams_only_for_moderators")).uncheck()
    await teller.until_seen(room, "Amina", everything["Amina"])

    await helene.page.get_by_label(helene.word("flags.lock_camera")).check()
    await amina.reads("#banners", "camera.blocked_by_lock")
    await teller.until_blocked(room, "Amina", Source.CAMERA, True)
    assert not await teller.blocked(room, "Hélène", Source.CAMERA)
    await helene.page.get_by_label(helene.word("flags.lock_camera")).uncheck()
    await teller.until_blocked(room, "Amina", Source.CAMERA, False)
    await expect(amina.page.locator("#banners")).not_to_contain_text(amina.word("camera.blocked_by_lock"))
