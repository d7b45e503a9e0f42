"""A story of a link that went too far: the host renews it, and the old one is dead in that instant."""

from __future__ import annotations

from playwright.async_api import expect

from node.features.access.rules import Mode
from tests.e2e.stories.teller import OPERATOR, Teller, secret_of


async def test_an_old_link_is_dead_at_once_and_who_is_in_stays(teller: Teller) -> None:
    """R119, R123 – R125: one role alone, with a clear message for who comes by the old link."""
    _room, links = await teller.room()
    helene, amina, late = [await teller.someone(language) for language in ("fr", "en", "en")]
    await helene.join(links["host"], "Hélène")
    await amina.join(links["participant"], "Amina")

    await helene.choose("invite.title")
    label = helene.word("invite.participant")
    await helene.button("invite.renew_of", link=label).click()
    await (
        helene.page.get_by_role("dialog")
        .get_by_role("button", name=helene.word("invite.renew_yes"), exact=True)
        .last.click()
    )
    field = helene.page.get_by_label(label, exact=True)
    await expect(field).not_to_have_value(links["participant"])

    await late.page.goto(links["participant"])
    await late.until_screen("ended")
    await expect(late.page.locator("#ended-code")).to_have_text("LINK_RENEWED")
    await amina.until_screen("room")

    fresh = await field.input_value()
    assert secret_of(fresh) != secret_of(links["participant"])
    await late.page.goto("about:blank")
    await late.join(fresh, "Late")
    other = await teller.someone("fr")
    await other.join(links["host"], "Igor")  # another role's link is what it was


async def test_one_persons_ticket_is_one_persons(teller: Teller) -> None:
    """R112 – R114: the link is theirs alone, on no page that anybody can open, brings their name, holds one place, and
    can be ended alone."""
    room, links = await teller.room()
    await teller.services.access.set(room, Mode.TOKEN, by=OPERATOR)
    ((ticket, _, link),) = await teller.services.access.invite(room, ["Amina Benali"], by=OPERATOR)
    site = link.url.partition("/r/")[0]
    at_home, at_work = await teller.someone("fr"), await teller.someone("en")
    for public in ("/", f"/r/{room}", "/guide/meeting", "/api/gauge", f"/api/rooms/{room}"):
        answer = await at_home.page.request.get(site + public)
        assert secret_of(link.url) not in await answer.text(), public
    await at_home.page.goto(links["participant"])
    await at_home.until_screen("ended")
    await expect(at_home.page.locator("#ended-code")).to_have_text("TICKET_NAMED")

    await at_home.page.goto("about:blank")
    await at_home.page.goto(link.url)
    await at_home.until_screen("join")
    await expect(at_home.page.get_by_label(at_home.word("join.name"))).to_have_value("Amina Benali")
    await at_home.page.locator("#join-submit").click()
    await at_home.until_screen("room")
    await at_work.join(link.url, "Amina Benali")
    await at_home.until_screen("ended")
    assert [person.name for person in teller.node.floor.rooms[room].people] == ["Amina Benali"]

    await teller.services.access.revoke(room, ticket, recheck=True, by=OPERATOR)
    await at_work.until_screen("ended")
    await at_home.page.reload()
    await at_home.until_screen("ended")
    await expect(at_home.page.locator("#ended-code")).to_have_text("TICKET_REVOKED")
