"""Every action of the console against a real gRPC node: what the operator sees and what the node was asked (R, D2)."""

from __future__ import annotations

from tests.console.conftest import Node
from tests.console.desk import console


async def test_nodes_show_their_live_load(node: Node) -> None:
    one = await node("waw-01")
    await one.open_room("daily")
    async with console(one) as c:
        await c.sees("waw-01", "● ok", "CPU%", "12.0k", "60.0")
        one.load.cpu_percent = 95
        await c.sees("▲ HOT")


async def test_enter_goes_to_the_rooms_of_the_node_then_into_a_room_and_back(node: Node) -> None:
    first, second = await node("waw-01"), await node("par-01")
    await first.open_room("daily", "Daily meeting")
    await second.open_room("lobby", "Lobby")
    async with console(first, second) as c:
        await c.press("2")
        await c.sees("daily", "lobby")
        await c.press("1")
        c.desk.nodes_pane.table.point_at(("par-01", "par-01"))
        await c.press("enter")
        await c.sees("lobby")
        assert "Daily meeting" not in c.text()
        await c.press("enter")
        await c.sees("Nobody is in the room.")
        await c.press("backspace")
        await c.sees("Lobby")
        await c.press("q")
        await c.sees("[1 Nodes]")


async def test_people_show_microphone_level_quality_and_who_muted_them(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada", speaking=True, level=20)
    async with console(one, size=(160, 45)) as c:
        await c.enter_room("daily")
        await c.sees("Ada", "◉ talks", "▇▇▇▇", "● good", "1400")


async def test_m_mutes_and_m_again_lifts_the_block_without_promising_a_microphone(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.sees("⊘ MUTED", "muted by anna", "microphone blocked: Ada", "ack ")
        await c.press("m")
        await c.sees("block lifted: Ada — the microphone stays as they left it")
        assert [name for name, _ in one.calls] == ["MuteParticipant", "UnmuteParticipant"]
        assert one.calls[0][1].request_id != one.calls[1][1].request_id
        assert list(one.calls[1][1].sources) == ["microphone"]


async def test_the_picture_changes_before_the_node_answers(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    one.delay["MuteParticipant"] = 0.4
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        assert "… muting" in c.text()
        await c.sees("muted by anna")


async def test_u_takes_a_mute_back(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("m")
        await c.sees("u undo: mute of Ada (")
        await c.press("u")
        await c.sees("undone: Ada")
        assert not one.people["daily", "p1"].tracks[0].muted
        await c.press("u")
        await c.sees("Nothing to undo.")


async def test_mute_all_asks_y_with_the_number_the_node_counted(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "h1", "Host", role="host")
    for number in range(3):
        await one.enter("daily", f"p{number}", f"Guest {number}")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("M")
        await c.sees("Block the microphone of 3 people in daily", "y run")
        await c.press("M")  # the key that asks does not confirm
        assert not any(name == "MuteRoom" and not r.dry_run for name, r in one.calls)
        await c.press("y")
        await c.sees("microphones blocked: 3 people")
        done = [r for name, r in one.calls if name == "MuteRoom" and not r.dry_run]
        assert [r.expected for r in done] == [3]
        assert not one.people["daily", "h1"].tracks[0].muted
        await c.press("u")
        await c.sees("undone: 3 people")
        assert one.calls[-1][0] == "UnmuteRoom"


async def test_mute_all_above_25_wants_the_number_typed_and_a_reason(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for number in range(30):
        await one.enter("daily", f"p{number:02d}", f"Guest {number:02d}")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("M")
        await c.sees("type 30 then Enter")
        await c.type("29")
        await c.press("enter")
        await c.sees("type exactly: 30")
        await c.press("backspace", "backspace")
        await c.type("30")
        await c.press("enter")
        await c.sees("reason")
        await c.press("enter")
        await c.sees("a reason is needed")
        await c.type("noise")
        await c.press("enter")
        await c.sees("microphones blocked: 30 people")
        assert one.calls[-1][1].reason == "noise"


async def test_somebody_joining_between_count_and_confirmation_is_a_refusal_not_a_surprise(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("M")
        await c.sees("1 person in daily")
        await one.enter("daily", "p2", "Bob")
        await c.press("y")
        await c.sees("COUNT_CHANGED", "Do otherwise.")
        assert not one.people["daily", "p1"].tracks[0].muted


async def test_remove_asks_and_n_cancels(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("K")
        await c.sees("Remove Ada from daily (waw-01)?")
        await c.press("n")
        await c.sees("Cancelled; nothing was done.")
        assert one.calls == []
        await c.press("K", "y")
        await c.sees("removed: Ada", "← left")
        assert [name for name, _ in one.calls] == ["RemoveParticipant"]


async def test_close_wants_the_room_typed_and_a_reason(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("X")
        await c.sees("Close daily (waw-01)", "type daily then Enter")
        await c.type("daily")
        await c.press("enter")
        await c.type("over")
        await c.press("enter")
        await c.sees("room closed: daily")
        assert one.calls[-1][0] == "CloseRoom"
        assert one.calls[-1][1].reason == "over"


async def test_close_by_command_takes_the_reason_from_its_line(node: Node) -> None:
    """The room is typed once more all the same, into the question and not into the table behind it."""
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("colon")
        await c.type("close -r over and out")
        await c.press("enter")
        await c.sees("Close daily (waw-01)", "type daily then Enter")
        await c.type("daily")
        await c.press("enter")
        await c.sees("room closed: daily")
        assert one.calls[-1][0] == "CloseRoom"
        assert one.calls[-1][1].reason == "over and out"


async def test_tab_then_d_hides_the_message_under_the_cursor(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.say("daily", "Ada", "hello")
    await one.say("daily", "Spammer", "buy now")
    await one.say("daily", "Bob", "hi")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.sees("buy now")
        await c.press("tab", "k", "d")
        await c.sees("⊘ hidden by anna", "message hidden: Spammer")
        assert [(name, r.message) for name, r in one.calls] == [("HideMessage", "m00002")]
        await c.press("d")
        await c.sees("already hidden")


async def test_marks_are_acted_on_together(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for name in ("Ada", "Bob", "Cleo"):
        await one.enter("daily", name.lower(), name)
    async with console(one) as c:
        await c.enter_room("daily")
        await c.point("Ada")
        await c.press("space", "space")
        await c.sees("2 marked")
        await c.press("m")
        await c.sees("microphone blocked: 2 people")
        assert sorted(r.participant for _, r in one.calls) == ["ada", "bob"]


async def test_filter_as_you_type_with_fields_and_a_helpful_error(node: Node) -> None:
    one = await node()
    for room in ("daily", "lobby", "town-hall"):
        await one.open_room(room)
    async with console(one) as c:
        await c.press("2", "slash")
        await c.type("lob")
        await c.waits(lambda: c.desk.rooms_pane.table.order == [("waw-01", "lobby")], "filtered")
        await c.press("escape")
        await c.waits(lambda: len(c.desk.rooms_pane.table.order) == 3, "cancelled")
        await c.press("slash")
        await c.type("peple>2")
        await c.sees("“peple” is not a field; perhaps “people”")
        await c.press("escape", "slash")
        await c.type("people>2")
        await c.press("enter")
        await c.sees("Nothing matches the filter.")
        await c.press("backslash")
        await c.sees("town-hall")


async def test_sort_and_reverse(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    for name, loss in (("Ada", 1.0), ("Bob", 9.0), ("Cleo", 5.0)):
        person = await one.enter("daily", name.lower(), name)
        person.quality.loss_percent = loss
        await one.changed(person)
    async with console(one) as c:
        await c.enter_room("daily")
        await c.waits(lambda: [person.loss for person in c.store.people.rows.values()] == [1.0, 9.0, 5.0])
        await c.press("colon")
        await c.type("sort loss desc")
        await c.press("enter")
        table = c.desk.room_pane.table
        assert [key[2] for key in table.order] == ["bob", "cleo", "ada"]
        await c.press("S")
        assert [key[2] for key in table.order] == ["ada", "cleo", "bob"]
        before = table.sort_id
        await c.press("s")
        assert table.sort_id != before


async def test_pause_freezes_the_picture_and_says_so(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.press("2", "p")
        await c.sees("‖ PAUSED")
        await one.open_room("late-room")
        await c.waits(lambda: ("waw-01", "late-room") in c.store.rooms.rows)
        await c.pilot.pause(0.3)
        assert "late-room" not in c.text()
        await c.press("p")
        await c.sees("late-room")


async def test_copy_gives_the_id(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.press("2", "y")
        await c.sees("copied: daily")
        assert c.app.clipboard == "daily"


async def test_command_line_reaches_rooms_people_and_actions(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        await c.press("colon")
        await c.type("room daily")
        await c.press("enter")
        await c.sees("[0 Room daily]")
        await c.sees("Ada")
        await c.press("colon")
        await c.type("mute Ada -r too loud")
        await c.press("enter")
        await c.sees("microphone blocked: Ada")
        assert one.calls[-1][1].reason == "too loud"
        await c.press("colon")
        await c.type("kik Ada")
        await c.press("enter")
        await c.sees("“kik” is not a command; perhaps “kick”")
        await c.press("colon")
        await c.type("nodes")
        await c.press("enter")
        await c.sees("[1 Nodes]")


async def test_command_line_completes_and_remembers(node: Node) -> None:
    async with console(await node()) as c:
        await c.press("colon")
        await c.type("roo")
        await c.press("tab")
        assert c.desk.bar.entry.value == "room"
        await c.type("s")
        await c.press("enter", "colon", "up")
        assert c.desk.bar.entry.value == "rooms"


async def test_palette_finds_a_room(node: Node) -> None:
    one = await node()
    await one.open_room("daily", "Morning")
    async with console(one) as c:
        await c.press("ctrl+p")
        await c.type("Morning")
        await c.sees("Room daily")
        await c.press("down", "enter")
        await c.sees("[0 Room daily]")


async def test_help_names_every_action_and_closes_with_a_letter(node: Node) -> None:
    async with console(await node(), size=(100, 120)) as c:
        await c.press("question_mark")
        await c.sees("Nobody can switch another person’s microphone on", "block every microphone", "(role operator)")
        await c.press("q")
        await c.sees("[1 Nodes]")


async def test_zoom_and_language(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    async with console(one) as c:
        await c.enter_room("daily")
        await c.press("z")
        await c.waits(lambda: "Chat" not in c.text())
        await c.press("z", "ctrl+l")
        await c.sees("Discussion", "[0 Salle daily]")


async def test_leaving_asks(node: Node) -> None:
    async with console(await node()) as c:
        await c.press("q")
        await c.sees("Leave the console?")
        await c.press("n")
        assert c.app.is_running
        await c.press("q", "y")
        await c.waits(lambda: not c.app.is_running)


async def test_people_and_chat_are_followed_only_while_on_the_screen(node: Node) -> None:
    one = await node()
    await one.open_room("daily")
    await one.enter("daily", "p1", "Ada")
    async with console(one) as c:
        assert "person" not in one.streams
        await c.enter_room("daily")
        await c.sees("Ada")
        await c.press("1")
        assert not c.store.people.rows
        await c.press("0")
        await c.sees("Ada")
        assert one.streams["person"] == 2
