"""A story of a room with a password: asked for, refused, given."""

from __future__ import annotations

from playwright.async_api import expect

from node.features.access.rules import Mode
from tests.e2e.stories.teller import OPERATOR, Teller


async def test_a_password_is_asked_of_guests_and_of_no_host(teller: Teller) -> None:
    """R112, R128: the node asks, whatever the page does."""
    room, links = await teller.room()
    _view, password = await teller.services.access.set(room, Mode.PASSWORD, by=OPERATOR)
    helene, amina = await teller.someone("fr"), await teller.someone("en")
    await helene.join(links["host"], "Hélène")

    await amina.knock(links["participant"], "Amina")
    await amina.reads("#join-password-error", "join.password_wrong")
    await amina.secret().fill("guessed")
    await amina.page.locator("#join-submit").click()
    await expect(amina.page.locator("#join-password")).to_have_attribute("aria-invalid", "true")
    await expect(amina.page.locator("#join-password-error")).not_to_have_text(amina.word("join.password_wrong"))
    assert [person.name for person in teller.node.floor.rooms[room].people] == ["Hélène"]

    await amina.secret().fill(password)
    await amina.page.locator("#join-submit").click()
    await amina.until_screen("room")
