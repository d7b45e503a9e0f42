"""A failure in the words of the operator's language."""

from __future__ import annotations

from typing import Final

from console.i18n import said, t
from console.model import Failure

HERE: Final = ("room", "operator")
"""Who may have set a limit so that somebody can set it otherwise; what the node and the protocols have is as it is."""


def explain(failure: Failure) -> str:
    """What happened and what to do now, in the operator's language: the node's words when it gave some."""
    refusal = failure.refusal
    if refusal is not None and refusal.message:
        text, step = said(refusal.message), said(refusal.next_step)
        limit = refusal.limit
        if limit and limit not in text and limit not in step:
            text = f"{text} ({t('limit', value=limit)})"
        if refusal.set_by in HERE:
            text = f"{text} ({t(f'set_by.{refusal.set_by}')})"
        support = t("support", address=refusal.support) if refusal.support else ""
        return " ".join(part for part in (text, step, support, f"[{refusal.code}]") if part)
    step = f"fail.{failure.kind}.next"
    following = t(step)
    text = t(f"fail.{failure.kind}")
    if failure.text:
        text = f"{text} : {failure.text}" if t("on") == "● oui" else f"{text}: {failure.text}"
    return f"{text}." if following == step else f"{text}. {following}"
