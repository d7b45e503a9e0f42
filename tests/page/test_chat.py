"""The public chat of the page."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person, said

AMINA = person("p_amina", "Amina")


async def test_a_message_is_sent_acknowledged_and_shown(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.keyboard.type("Bonjour **à tous**")
    await guest.page.keyboard.press("Enter")
    heard = await node.until_heard("chat", text="Bonjour **à tous**")

    await expect(guest.page.locator("#chat-log li.pending")).to_have_count(1)
    mine = said("m1", node.people[-1], heard["text"], html="<p>Bonjour <strong>à tous</strong></p>")
    await node.say("chat", message=mine | {"key": heard["key"]})
    await expect(guest.page.locator("#chat-log li.pending")).to_have_count(0)
    await expect(guest.page.locator("#chat-log li strong")).to_have_text("à tous")


async def test_a_closed_chat_counts_and_tells(node: ScriptedNode, guest: Guest) -> None:
    node.people = [AMINA]
    await guest.enter()
    await node.say("chat", message=said("m1", AMINA, "Le support est en ligne."))

    await expect(guest.page.locator("#control-chat .badge")).to_have_text("1")
    await expect(guest.page.locator("#control-chat")).to_have_accessible_name("Discussion, 1 message non lu")
    await expect(guest.page.locator("#announce")).to_contain_text("Le support est en ligne.")
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#control-chat .badge")).to_be_hidden()


async def test_a_message_is_read_aloud_without_its_marks(node: ScriptedNode, guest: Guest) -> None:
    """A screen reader is given the words as they are shown, not the Markdown that was typed."""
    node.people = [AMINA]
    await guest.enter()
    html = "<p>Voir <strong>ceci</strong> :<br>le <code>plan</code></p><ul><li>un</li><li>deux</li></ul>"
    await node.say("chat", message=said("m1", AMINA, "Voir **ceci** :\nle `plan`\n\n- un\n- deux", html=html))

    await expect(guest.page.locator("#announce")).to_contain_text("Voir ceci : le plan un deux")
    aloud = await guest.page.locator("#announce").text_content()
    assert "*" not in (aloud or "") and "`" not in (aloud or "")


async def test_a_refused_message_says_why_and_can_be_sent_again(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.keyboard.type("vite")
    await guest.page.keyboard.press("Enter")
    heard = await node.until_heard("chat")
    text = {"fr": "Trop de demandes.", "en": "Too many."}
    refusal = {"code": "TOO_FAST", "rule": "rate", "message": text, "next_step": text}
    await node.say("refused", to="chat", key=heard["key"], **refusal)

    await expect(guest.page.locator("#chat-log li.failed")).to_contain_text("Trop de demandes.")
    await guest.page.get_by_role("button", name="Renvoyer").click()
    again = await node.until_heard("chat", text="vite")
    assert again["key"] != heard["key"]


async def test_a_hidden_message_leaves_the_screen(node: ScriptedNode, guest: Guest) -> None:
    node.people, node.chat = [AMINA], [said("m1", AMINA, "un"), said("m2", AMINA, "deux")]
    await guest.enter()
    await guest.page.keyboard.press("c")
    await node.say("hidden", message="m1")

    await expect(guest.page.locator("#chat-log > li")).to_have_count(1)
    await expect(guest.page.locator("#chat-log > li .name")).to_be_visible()


async def test_a_host_can_hide(node: ScriptedNode, guest: Guest) -> None:
    node.role, node.people, node.chat = "host", [AMINA], [said("m1", AMINA, "un")]
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.get_by_role("button", name="Actions pour le message de").click()
    await guest.page.get_by_role("button", name="Masquer").click()

    assert await node.until_heard("hide") == {"type": "hide", "message": "m1"}


async def test_too_long_is_said_before_sending(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.locator("#chat-text").fill("x" * 201)
    await guest.page.keyboard.press("Enter")

    await expect(guest.page.locator("#chat-limit")).to_have_text("201 caractères sur 200")
    await expect(guest.page.locator("#chat-text")).to_have_value("x" * 201)


async def test_a_drop_keeps_what_was_written(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    assert node.socket is not None
    await guest.page.keyboard.press("c")
    await node.until_heard("hello")
    node.greets = False
    await node.socket.close(code=1012)
    await guest.page.keyboard.type("pendant la coupure")
    await guest.page.keyboard.press("Enter")
    await expect(guest.page.locator("[data-banner=connection]")).to_contain_text("Nouvelle tentative")
    node.greets = True
    await node.until_heard("hello")
    await node.say("resumed")

    await node.until_heard("chat", text="pendant la coupure")
    await expect(guest.page.locator("[data-banner=connection]")).to_have_count(0)


async def test_what_is_hidden_is_not_quoted_any_longer(node: ScriptedNode, guest: Guest) -> None:
    """Hiding takes the words off the screen, also from the answers to them and from an answer that is being written."""
    answer = said("m2", AMINA, "voilà") | {"reply": "m1"}
    node.people, node.chat = [AMINA], [said("m1", AMINA, "une insulte"), answer]
    await guest.enter()
    await guest.page.keyboard.press("c")
    quote = guest.page.locator("#chat-log .quote")
    await expect(quote).to_contain_text("une insulte")
    await guest.page.get_by_role("button", name="Actions pour le message de").first.click()
    await guest.page.get_by_role("button", name="Répondre").click()
    await expect(guest.page.locator("#chat-reply")).to_contain_text("une insulte")
    await node.say("hidden", message="m1")
    await expect(quote).to_contain_text("Un message qui n’est plus affiché")
    await expect(guest.page.locator("#chat-reply")).to_be_hidden()
    await expect(guest.page.locator("#chat")).not_to_contain_text("une insulte")


async def test_older_messages_are_asked_for_and_a_page_keeps_the_last(node: ScriptedNode, guest: Guest) -> None:
    node.people = [AMINA]
    node.chat = [said(f"m_{n:09d}", AMINA, f"message {n}") for n in range(100, 601)]
    await guest.enter()
    await guest.page.keyboard.press("c")
    rows, older = guest.page.locator("#chat-log > li"), guest.page.get_by_role("button", name="Messages plus anciens")
    await expect(rows).to_have_count(500)
    await older.click()
    assert (await node.until_heard("older"))["before"] == "m_000000101"
    await node.say("older", messages=[said(f"m_{n:09d}", AMINA, f"message {n}") for n in range(99, 101)], more=False)
    await expect(rows).to_have_count(502)
    await expect(rows.first).to_contain_text("message 99")
    await expect(older).to_be_hidden()
