"""The chat that people expect, on the page: to one person, answers, what waits, and what hosts do. By keyboard."""

from __future__ import annotations

from typing import Any

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person, said

AMINA = person("p_amina", "Amina")
HOST = person("p_helene", "Hélène", role="host")


def mode(**changes: Any) -> dict[str, Any]:
    usual = {"public": True, "private": True, "to_staff": True, "slow_s": 0, "hold": False, "words": "allow"}
    return {**usual, "strictness": "", "per_moderator": 40, **changes}


def item(**changes: Any) -> dict[str, Any]:
    usual = {"item": "i_1", "kind": "held", "participant": "p_amina", "name": "Amina", "text": "une question"}
    return {**usual, "html": "<p>une question</p>", "at": 1_790_000_000_000, "why": "room", **changes}


async def test_a_private_message_says_to_whom_and_goes_there(node: ScriptedNode, guest: Guest) -> None:
    """R174."""
    node.people = [AMINA, HOST]
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.get_by_label("À", exact=True).focus()
    await guest.page.get_by_label("À", exact=True).select_option(label="\u2068Amina\u2069")
    await guest.page.get_by_label("Votre message").fill("entre nous")
    await guest.page.keyboard.press("Enter")
    heard = await node.until_heard("chat", text="entre nous")
    assert heard["to"] == "p_amina"
    await node.say("chat", message=said("m1", node.people[-1], "entre nous") | {"key": heard["key"], "to": "p_amina"})
    await expect(guest.page.locator("#chat-log li.private .tag")).to_have_text("en privé, à \u2068Amina\u2069")
    await node.say("chat", message=said("m2", AMINA, "d’accord") | {"to": "p_you"})
    await expect(guest.page.locator("#chat-log li.private").last).to_contain_text("en privé, à vous")


async def test_an_answer_goes_where_the_message_was(node: ScriptedNode, guest: Guest) -> None:
    node.people, node.chat = [AMINA], [said("m1", AMINA, "qui vient ?") | {"to": "p_you"}]
    await guest.enter()
    await guest.page.keyboard.press("c")
    await guest.page.get_by_role("button", name="Actions pour le message").focus()
    await guest.page.keyboard.press("Enter")
    await expect(guest.page.get_by_role("button", name="Répondre")).to_be_focused()
    await guest.page.keyboard.press("Enter")
    await expect(guest.page.locator("#chat-text")).to_be_focused()
    await guest.page.keyboard.type("moi")
    await guest.page.keyboard.press("Enter")
    heard = await node.until_heard("chat", text="moi")
    assert (heard["reply"], heard["to"]) == ("m1", "p_amina")
    await node.say("chat", message=said("m2", AMINA, "merci") | {"reply": "m1"})
    await expect(guest.page.locator("#chat-log .quote")).to_contain_text("qui vient ?")


async def test_what_waits_is_said_to_wait_and_what_was_declined_too(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await node.say("mode", mode=mode(hold=True))
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat-mode")).to_have_text("Vos messages sont relus avant d’être publiés.")
    for text in ("un", "deux"):
        await guest.page.locator("#chat-text").fill(text)
        await guest.page.keyboard.press("Enter")
        heard = await node.until_heard("chat", text=text)
        await node.say("waiting", item=f"i_{text}", key=heard["key"])
    await expect(guest.page.locator("#chat-log .waits .note")).to_have_count(2)
    await node.say("declined", item="i_deux", key=heard["key"])
    await expect(guest.page.locator("#chat-log .failed")).to_contain_text("L’animation n’a pas publié ce message.")


async def test_one_reports_others_and_takes_back_ones_own(node: ScriptedNode, guest: Guest) -> None:
    you = person("p_you", "Camille")
    node.people, node.chat = [AMINA], [said("m1", AMINA, "insulte"), said("m2", you, "pardon")]
    await guest.enter()
    await guest.page.keyboard.press("c")
    more = guest.page.get_by_role("button", name="Actions pour le message")
    await more.first.click()
    await guest.page.get_by_role("button", name="Signaler").click()
    assert (await node.until_heard("report"))["message"] == "m1"
    await node.say("reported", message="m1")
    await expect(guest.page.locator("#announce")).to_have_text("Merci, l’animation a reçu votre signalement.")
    await more.last.click()
    await expect(guest.page.get_by_role("button", name="Masquer")).to_have_count(0)
    await guest.page.get_by_role("button", name="Supprimer").click()
    assert (await node.until_heard("retract"))["message"] == "m2"


async def test_a_host_claims_and_decides_by_keyboard(node: ScriptedNode, guest: Guest) -> None:
    """R185: what another host looks after cannot be pressed."""
    node.role, node.people = "host", [AMINA, HOST]
    await guest.enter()
    await node.say("item", item=item())
    await guest.page.keyboard.press("c")
    await expect(guest.page.get_by_role("heading", name="1 message vous attend")).to_be_visible()
    await guest.page.get_by_role("button", name="Je m’en occupe").focus()
    await guest.page.keyboard.press("Enter")
    assert (await node.until_heard("claim"))["item"] == "i_1"
    await node.say("item", item=item(claimed_by="p_helene", claimed_name="Hélène"))
    await expect(guest.page.locator("#queue-list li")).to_contain_text("Hélène\u2069 s’en occupe")
    await expect(guest.page.locator("#queue-list button")).to_have_count(0)
    await node.say("item", item=item(claimed_by="p_you", claimed_name="Camille"))
    await guest.page.get_by_role("button", name="Publier", exact=False).first.press("Enter")
    assert (await node.until_heard("decide"))["verdict"] == "approve"
    await node.say("item", item=item(verdict="approve", decided_by="p_you"))
    await expect(guest.page.locator("#queue")).to_be_hidden()


async def test_a_host_regulates_and_is_told_of_missing_hosts(node: ScriptedNode, guest: Guest) -> None:
    """R102, D6."""
    node.role = "host"
    await guest.enter()
    await guest.page.keyboard.press("c")
    await node.until_heard("active")
    await guest.page.get_by_role("button", name="Modération").click()
    await guest.page.get_by_label("Relire les messages avant de les publier").check()
    assert (await node.until_heard("regulate"))["hold"] is True
    await guest.page.get_by_label("Rythme").select_option(label="Un message toutes les 30 s")
    assert (await node.until_heard("regulate"))["slow_s"] == 30
    await guest.page.keyboard.press("Escape")
    await node.say("cover", cover={"stage": "slow", "needed": 2, "present": 1})
    await expect(guest.page.locator("#banners")).to_contain_text("la discussion est ralentie")
    await node.say("cover", cover={"stage": "covered", "needed": 2, "present": 2})
    await expect(guest.page.locator("#banners")).not_to_contain_text("ralentie")


async def test_hands_by_keyboard_and_their_order_in_the_list(node: ScriptedNode, guest: Guest) -> None:
    """R155."""
    node.role, node.people = "host", [AMINA, person("p_bruno", "Bruno")]
    await guest.enter()
    await guest.page.keyboard.press("h")
    assert (await node.until_heard("hand"))["up"] is True
    hands = [{"participant": who, "since": n} for n, who in enumerate(("p_bruno", "p_you", "p_amina"))]
    await node.say("hands", hands=hands, total=3)
    await expect(guest.page.locator("#announce")).to_contain_text("n° 2")
    await guest.page.keyboard.press("p")
    rows = guest.page.locator("#people-list li")
    await expect(rows.nth(1)).to_contain_text("Bruno")
    await expect(rows.nth(1).get_by_role("img", name="Main levée, n° 1")).to_be_visible()
    await rows.nth(1).get_by_role("button", name="Actions pour").press("Enter")
    await guest.page.locator("#person").get_by_role("button", name="Baisser la main").press("Enter")
    assert (await node.until_heard("lower"))["participant"] == "p_bruno"
    await guest.page.get_by_role("button", name="Baisser les mains levées").click()
    assert "participant" not in await node.until_heard("lower")


async def test_reactions_are_given_seen_and_told(node: ScriptedNode, guest: Guest) -> None:
    await guest.enter()
    await guest.page.keyboard.press("r")
    await guest.page.get_by_role("button", name="Applaudissements").press("Enter")
    assert (await node.until_heard("react"))["reaction"] == "clap"
    await expect(guest.page.locator("#control-react")).to_be_focused()
    tallies = [{"reaction": "clap", "count": 200, "people": []}, {"reaction": "__proto__", "count": 9, "people": []}]
    await node.say("reactions", reactions=tallies)
    await expect(guest.page.locator(".applause span")).to_have_count(6)
    await expect(guest.page.locator("#announce")).to_have_text("Applaudissements × 200", timeout=10_000)


async def test_a_host_mutes_somebody_for_ten_minutes_by_keyboard(node: ScriptedNode, guest: Guest) -> None:
    """R185: the time is chosen before the button that it is for, is not kept for the next person, and the menu says
    until when it holds."""
    node.role, node.people = "host", [AMINA]
    node.chat = [said("m1", AMINA, "bruit")]
    await guest.enter()
    await guest.page.keyboard.press("c")
    more = guest.page.get_by_role("button", name="Actions pour le message")
    await more.press("Enter")
    choice = guest.page.get_by_label("Durée")
    assert await choice.locator("option").all_text_contents() == ["sans fin", "1 min", "10 min", "1 h"]
    await choice.select_option(label="10 min")
    await choice.focus()
    await guest.page.keyboard.press("Tab")
    await expect(guest.page.get_by_role("button", name="Relire ses messages")).to_be_focused()
    await guest.page.keyboard.press("Tab")
    await guest.page.keyboard.press("Enter")
    asked = await node.until_heard("restrain")
    assert (asked["participant"], asked["how"], asked["for_s"]) == ("p_amina", "mute", 600)
    await expect(more).to_be_focused()
    until = await node_time(guest, 600)
    await node.say("restraint", participant="p_amina", how="mute", until=until)
    await more.press("Enter")
    await expect(guest.page.get_by_label("Durée")).to_have_value("0")
    free = guest.page.get_by_role("button", name="Rendre la parole dans la discussion (coupée jusqu’à")
    await expect(free).to_contain_text(await spoken(guest, until))
    await free.press("Enter")
    asked = await node.until_heard("restrain", how="")
    assert asked["for_s"] == 0


async def test_one_is_told_until_when_one_is_muted(node: ScriptedNode, guest: Guest) -> None:
    """R185: in the state of the chat, which is read out; on another day with the day; gone with the restraint."""
    await guest.enter()
    await guest.page.keyboard.press("c")
    says = guest.page.locator("#chat-mode")
    until = await node_time(guest, 20)
    await node.say("restraint", participant="p_you", how="mute", until=until)
    at = await spoken(guest, until)
    await expect(says).to_have_text(
        f"Vous ne pouvez pas écrire ici jusqu’à {at}. Vous pouvez encore écrire à l’animation."
    )
    await node.say("restraint", participant="p_you", how="hold", until=await node_time(guest, 3 * 86_400))
    await expect(says).to_contain_text("Vos messages sont relus avant d’être publiés, jusqu’à")
    year = await guest.page.evaluate("String(new Date(Date.now() + 3 * 86_400_000).getFullYear())")
    await expect(says).to_contain_text(year)
    await node.say("restraint", participant="p_you", how="")
    await expect(says).to_have_text("")


async def node_time(guest: Guest, after_s: int) -> int:
    """ms since the epoch: so long after now, by the browser's clock."""
    return int(await guest.page.evaluate(f"Date.now() + {after_s} * 1000"))


async def spoken(guest: Guest, ms: int) -> str:
    """As the page writes hours and minutes, with the day where it is another."""
    return str(
        await guest.page.evaluate(
            """(ms) => new Date(ms).toDateString() === new Date().toDateString()
              ? new Intl.DateTimeFormat('fr', { hour: '2-digit', minute: '2-digit' }).format(ms)
              : new Intl.DateTimeFormat('fr', { dateStyle: 'medium', timeStyle: 'short' }).format(ms)""",
            ms,
        )
    )
