"""What is done to who wrote the message under the cursor of the chat, and to all that they wrote."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from console.actions import BY_ID, tier
from console.i18n import n, t
from console.model import Message
from console.operations import Report
from console.text import clean, seconds_of
from console.widgets.bar import Line, Question

if TYPE_CHECKING:
    from console.screens.desk import DeskScreen


MUTED_S: Final = 600


def _in_hand(desk: DeskScreen, action: str) -> Message | None:
    """Nothing is done to a message that is not on the screen, nor to one that no person wrote."""
    chat = desk.room_pane.chat
    message = chat.cursor_message
    if message is None or not message.participant:
        desk.say(Report(t("say.no_row"), ok=False))
    elif not chat.cursor_in_view:
        desk.say(Report(t("say.out_of_view"), ok=False))
    elif desk.acting.may(action, message.context):
        return message
    return None


def mute_author(desk: DeskScreen) -> None:
    """They write no more for ten minutes, or until that is taken back (`u`, or `free`)."""
    if (message := _in_hand(desk, "chat_mute")) is not None:
        _mute(desk, message, MUTED_S)


def mute_author_for(desk: DeskScreen) -> None:
    """The same, for a time that is typed."""
    if (message := _in_hand(desk, "chat_mute_for")) is None:
        return

    def run(text: str) -> None:
        if not text:
            desk.say(Report(t("say.cancelled")))
        elif (for_s := seconds_of(text)) is None:
            desk.say(Report(t("command.time", text=text), ok=False))
        else:
            _mute(desk, message, for_s)

    line = Line(
        t("time.ask", who=clean(message.name)),
        t("time.hint"),
        done=run,
        cancel=lambda: desk.say(Report(t("say.cancelled"))),
        change=lambda text: "" if not text or seconds_of(text) is not None else t("command.time", text=text),
    )
    desk.bar.ask_line(line)


def _mute(desk: DeskScreen, message: Message, for_s: int) -> None:
    who = (message.context, message.room, message.participant)
    desk.acting.deed("chatmute", [(who, message.name or message.participant)], {"for_s": for_s} if for_s else {})


def hide_all(desk: DeskScreen) -> None:
    """Everything that is here of who wrote it; it is asked first."""
    if (message := _in_hand(desk, "hide_all")) is None:
        return
    theirs = [
        one
        for one in desk.room_pane.chat.messages.values()
        if one.participant == message.participant and not one.hidden
    ]
    if not theirs:
        desk.say(Report(t("say.already_hidden"), ok=False))
        return
    heavy = tier(BY_ID["hide_all"], len(theirs)) == "T3"

    def run(reason: str) -> None:
        for one in theirs:
            desk.acting.hide(one, reason)

    desk.bar.ask(
        Question(
            t("ask.hide_all", who=clean(message.name), messages=n("messages", len(theirs))),
            run,
            expected=str(len(theirs)) if heavy else "",
            reason=heavy,
            cancel=lambda: desk.say(Report(t("say.cancelled"))),
            targets=[one.text for one in theirs],
        )
    )
