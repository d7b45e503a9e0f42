"""H22: what somebody writes, or calls themselves, stays text."""

from __future__ import annotations

from playwright.async_api import expect

from tests.page.guest import Guest
from tests.page.scripted import ScriptedNode, person, said

# As if the node's own sanitiser had failed: the page must not depend on it.
HOSTILE = [
    "<img src=x onerror=\"document.title='owned'\">",
    "<script>document.title='owned'</script>",
    '<svg onload="document.title=\'owned\'"><a xlink:href="javascript:alert(1)">x</a></svg>',
    "<a href=\"javascript:document.title='owned'\">lien</a>",
    '<a href="  java\nscript:document.title=1">lien</a>',
    '<a href="data:text/html,x" onclick="document.title=\'owned\'">lien</a>',
    '<p style="position:fixed;inset:0" onmouseover="document.title=\'owned\'" id="join" class="screen">p</p>',
    '<iframe src="/r/x"></iframe><object data="/"></object><form action="/"><input name=x></form>',
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "\x1b]52;c;b3duZWQ=\x07\x1b]8;;https://evil.example\x1b\\x\x1b]8;;\x1b\\ [red]x[/red] \x1b[31m",
    "<p>" + "<em>" * 3000 + "profond" + "</em>" * 3000 + "</p>",
    "<template><img src=x onerror=alert(1)></template><noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


async def test_hostile_html_is_inert(node: ScriptedNode, guest: Guest) -> None:
    guest.hostile = True
    amina = person("p_amina", "Amina")
    node.people = [amina]
    node.chat = [said(f"m{number}", amina, "x", html=html) for number, html in enumerate(HOSTILE)]
    await guest.enter()
    await guest.page.keyboard.press("c")
    await expect(guest.page.locator("#chat-log > li")).to_have_count(len(HOSTILE))

    inside = await guest.page.evaluate(
        """() => [...document.querySelectorAll('#chat-log .body *')].map(node => ({
            tag: node.tagName, attributes: [...node.attributes].map(a => a.name), protocol: node.protocol ?? ''}))"""
    )
    allowed = {"P", "BR", "EM", "STRONG", "CODE", "PRE", "UL", "OL", "LI", "A", "SPAN"}
    assert {node["tag"] for node in inside} <= allowed
    assert {name for node in inside for name in node["attributes"]} <= {"href", "target", "rel"}
    assert {node["protocol"] for node in inside} <= {"", "http:", "https:", "mailto:"}
    assert await guest.page.title() == "Budget participatif 2027 — Régie"


async def test_a_link_says_where_it_leads(node: ScriptedNode, guest: Guest) -> None:
    amina = person("p_amina", "Amina")
    html = '<p><a href="https://evil.example/x">impots.gouv.fr</a></p>'
    node.people, node.chat = [amina], [said("m1", amina, "x", html=html)]
    await guest.enter()
    await guest.page.keyboard.press("c")

    await expect(guest.page.locator("#chat-log .body")).to_have_text("impots.gouv.fr (evil.example)")
    link = guest.page.locator("#chat-log a")
    await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
    await expect(link).to_have_attribute("target", "_blank")


async def test_a_name_cannot_turn_the_page_round(node: ScriptedNode, guest: Guest) -> None:
    node.people = [person("p_x", "\u202egpj.\u2066<b>exe</b>" + "\u0301" * 500)]
    await guest.enter()

    name = guest.tile("p_x").locator("bdi.name")
    await expect(name).to_contain_text("<b>exe</b>")
    tile, box = await guest.tile("p_x").bounding_box(), await name.bounding_box()
    assert tile is not None
    assert box is not None
    assert box["height"] <= 30
    assert box["width"] <= tile["width"]


async def test_a_megabyte_of_combining_marks_stays_in_its_box(node: ScriptedNode, guest: Guest) -> None:
    amina = person("p_amina", "Amina")
    await guest.enter()
    await guest.page.keyboard.press("c")
    await node.say("chat", message=said("m1", amina, "Z" + "\u0301" * 500_000))
    await node.say("chat", message=said("m2", amina, "après"))

    await expect(guest.page.locator("#chat-log > li")).to_have_count(2)
    first = await guest.page.locator("#chat-log .body").first.bounding_box()
    assert first is not None
    assert first["width"] <= 340
