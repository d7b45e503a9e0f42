"""A failure in the words of the operator's language."""

from __future__ import annotations

from console.i18n import said, t
from console.model import Failure


def explain(failure: Failure) -> str:
    """What happened and what to do now, in the operator's language: the node's words when it gave some."""
    refusal = failure.refusal
    if refusal is not None and refusal.message:
        text, step = said(refusal.message), said(refusal.next_step)
        limit = refusal.limit
        if limit and limit not in text and limit not in step:
            text = f"{text} ({t('limit', value=limit)})"
        return f"{text} {step} [{refusal.code}]".strip()
    step = f"fail.{failure.kind}.next"
    following = t(step)
    text = t(f"fail.{failure.kind}")
    if failure.text:
        text = f"{text} : {failure.text}" if t("on") == "● oui" else f"{text}: {failure.text}"
    return f"{text}." if following == step else f"{text}. {following}"
