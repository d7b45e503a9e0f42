"""What a room says of itself: the title, the welcome, the word for moderators, the rules of speaking, its looks."""

from __future__ import annotations

import pytest

from node.errors import Refused
from node.features.guide.rules import address_of, guide
from node.features.participants.rules import Role
from node.features.schedule.rules import EndSitting, Plan
from node.features.texts.markup import address_for, to_html
from node.features.texts.rules import SetTexts, TextsChanged, address, title_of
from node.features.texts.service import House
from node.features.types.rules import TYPES, Right
from tests.features.stage import OPERATOR, Stage, of


def refusal(stage: Stage, **changes: str) -> Refused:
    with pytest.raises(Refused) as refused:
        stage.do(SetTexts(OPERATOR, **changes))  # type: ignore[arg-type]
    return refused.value


def test_a_room_without_a_title_has_the_default_one_and_says_so() -> None:
    """R062, R095, R111: accepted, and shown to the host as a risk until there is another."""
    assert title_of("  ") == "Ma Réunion"
    stage = Stage()
    stage.do(SetTexts(OPERATOR, title=""))
    assert (stage.room.title, stage.room.view().title, stage.room.risks) == ("Ma Réunion", "Ma Réunion", ("title",))
    stage.do(SetTexts(OPERATOR, title="my MEETING"))
    assert stage.room.risks == ("title",)
    stage.do(SetTexts(OPERATOR, title=" Conseil   d’école "))
    assert (stage.room.title, stage.room.risks) == ("Conseil d’école", ())
    assert refusal(stage, title="x" * 500).code == "NAME_INVALID"
    assert stage.room.title == "Conseil d’école"


def test_the_welcome_names_the_room_and_is_safe() -> None:
    """R097, H22: `%%CONFNAME%%` is the title, escaped; u and strong stay, anything else goes."""
    text = "<strong>Bonjour</strong> à <u>%%CONFNAME%%</u>\n<script>alert(1)</script><img src=x onerror=alert(1)>"
    shown = to_html(text + '<a href="javascript:x">ici</a><u onclick="x">!</u>', "<b>Jeu</b> & set")
    assert shown == "<strong>Bonjour</strong> à <u>&lt;b&gt;Jeu&lt;/b&gt; &amp; set</u><br>ici<u>!</u>"
    assert to_html("%%CONFNAME%%", "%%CONFNAME%%<script>") == "%%CONFNAME%%&lt;script&gt;"


def test_unknown_placeholders_are_named_and_stay_as_typed() -> None:
    """R097: flagged when they are saved, not lost and not refused."""
    stage = Stage()
    stage.do(
        SetTexts(OPERATOR, welcome="%%CONFNAME%% %%DIALNUM%% %%DIALNUM%%", redirect="https://e.fr/%%WHO%%/%%ROOM%%")
    )
    assert stage.room.says.now.unknown == ("%%DIALNUM%%", "%%WHO%%")
    assert to_html("%%DIALNUM%%", "x") == "%%DIALNUM%%"


def test_what_is_not_named_stays_as_it_was() -> None:
    """R102: and what was said already is no news."""
    stage = Stage()
    stage.do(SetTexts(OPERATOR, welcome="Bonjour", brand_name="Ville"))
    (changed,) = of(stage.do(SetTexts(OPERATOR, speaking="Levez la main.")), TextsChanged)
    assert (changed.texts.welcome, changed.texts.speaking, changed.texts.brand.name) == (
        "Bonjour",
        "Levez la main.",
        "Ville",
    )
    assert stage.do(SetTexts(OPERATOR, welcome="Bonjour")) == []


def test_only_who_may_end_says_what_the_room_says() -> None:
    """H18."""
    stage = Stage()
    amina = stage.enter()
    with pytest.raises(Refused) as refused:
        stage.do(SetTexts(stage.host(amina), title="À moi"))
    assert refused.value.code == "NOT_ALLOWED"


@pytest.mark.parametrize(
    "bad",
    [
        "javascript:alert(1)",
        "http://survey.example.org/",
        "data:text/html,x",
        "//survey.example.org",
        "https://",
        "https://user:pass@survey.example.org/",
        "https://survey.example.org/a b",
        "https://survey.example.org:notaport/",
        "https://[::1",
        "https://survey.example.org/\u202e",
        "https://e.fr/" + "x" * 2000,
    ],
)
def test_addresses_to_which_nobody_is_sent(bad: str) -> None:
    """R109, H22: https only, without a password in it or anything that does not show."""
    assert refusal(Stage(), redirect=bad).code == "REDIRECT_REFUSED"


def test_hosts_that_the_node_allows() -> None:
    """R109: exactly these; a name that only ends alike is another one."""
    assert address("https://enquete.gouv.fr/x", ("enquete.gouv.fr",))
    for other in ("https://enquete.gouv.fr.evil.org/", "https://xenquete.gouv.fr/", "https://evil.org/enquete.gouv.fr"):
        with pytest.raises(Refused) as refused:
            address(other, ("enquete.gouv.fr",))
        assert (refused.value.code, refused.value.limit) == ("REDIRECT_REFUSED", "enquete.gouv.fr")


def test_where_people_go_afterwards() -> None:
    """R109, R110: where the room says, else where the node does; with the id of the room in it if it is asked for."""
    house = House(redirect="https://enquete.fr/?salle=%%ROOM%%")
    stage = Stage()
    assert house.redirect_of(stage.room.says.now, "bcd-fgh") == "https://enquete.fr/?salle=bcd-fgh"
    stage.do(SetTexts(OPERATOR, redirect="https://merci.fr/"))
    assert house.redirect_of(stage.room.says.now, "bcd-fgh") == "https://merci.fr/"
    assert address_for("https://e.fr/%%ROOM%%", "a/b&c") == "https://e.fr/a%2Fb%26c"


@pytest.mark.parametrize(
    "logo",
    [
        "https://elsewhere.org/logo.png",
        "//elsewhere.org/logo.png",
        "http://x/",
        "data:text/html;base64,AAAA",
        "javascript:x",
        "/logo.png?x=1",
        "data:image/png;base64," + "A" * 12_000,
    ],
)
def test_looks_that_fetch_from_others_are_refused(logo: str) -> None:
    """R142: nothing of a page comes from a third party."""
    assert refusal(Stage(), brand_logo=logo).code == "VALUE_INVALID"


def test_a_room_has_a_name_a_colour_and_a_logo_of_its_own() -> None:
    """R142, R103."""
    stage = Stage()
    stage.do(SetTexts(OPERATOR, brand_name="Académie", brand_colour="#0A5C9E", brand_logo="/static/favicon.svg"))
    brand = stage.room.says.now.brand
    assert (brand.name, brand.colour, brand.logo) == ("Académie", "#0a5c9e", "/static/favicon.svg")
    stage.do(SetTexts(OPERATOR, brand_logo="data:image/png;base64,iVBORw0KGgo=", brand_name=""))
    assert stage.room.says.now.brand.name == ""
    assert refusal(stage, brand_colour="red;}").code == "VALUE_INVALID"


def test_a_webinar_that_nobody_rehearsed_is_a_risk() -> None:
    """R241: rehearsing is optional; that nobody did is shown until it was, or until it begins."""
    stage = Stage(type="webinar", plan=Plan(minutes=60))
    assert stage.room.risks == ("rehearsal",)
    stage.do(SetTexts(OPERATOR, rehearsed=True))
    assert stage.room.risks == ()
    stage.do(SetTexts(OPERATOR, rehearsed=False))
    stage.enter("Hélène", "host-ticket")
    assert stage.room.risks == ()
    stage.do(EndSitting(OPERATOR))
    assert stage.room.risks == (), "a session before this one was one"
    assert Stage(type="meeting").room.risks == ()


def test_every_type_has_a_guide_for_who_speaks() -> None:
    """R170: short, in both languages, and never against what the type allows."""
    for row in TYPES.values():
        told = guide(row)
        assert 5 <= len(told) <= 9
        assert all(line.fr and line.en for line in told)
        assert address_of(row) == f"/guide/{row.key}"
        said = " ".join(line.en for line in told)
        audience = row.roles.get(Role.PARTICIPANT, frozenset({Right.MICROPHONE}))
        assert ("does not speak" in said) == (Right.MICROPHONE not in audience)


def test_everybody_in_a_video_conference_is_told_of_microphone_and_camera() -> None:
    """R154: of the type in which everybody has both, and of no other."""
    assert [key for key, row in TYPES.items() if row.notice is not None] == ["conference"]
    notice = TYPES["conference"].notice
    assert notice is not None and "caméra" in notice.fr and "camera" in notice.en


def test_a_video_conference_records_nothing_and_offers_no_replay() -> None:
    """R160, R161, T6: what the node asks before any recording says no for the type, presets included."""
    row = TYPES["conference"]
    assert (row.recording, row.replay) == (False, False)
    assert all(preset.base != "conference" for preset in TYPES.values())
