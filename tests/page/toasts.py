"""Sentences that a page shows for five seconds: remembered, for a machine that looks once in ten."""

from __future__ import annotations

from typing import Final

from playwright.async_api import Page

REMEMBER: Final = """(() => {
  window.toasted = [];
  new MutationObserver((records) => {
    for (const node of records.flatMap((record) => [...record.addedNodes]))
      if (node instanceof HTMLElement)
        for (const each of [node, ...node.querySelectorAll('.toast')])
          if (each.matches('.toast')) window.toasted.push(each.textContent.replace(/\\s+/g, ' '));
  }).observe(document, { childList: true, subtree: true });
})();"""
"""Runs in a page before its own scripts."""

SAID: Final = "words => window.toasted.some((said) => said.includes(words))"


async def toasted(page: Page, words: str) -> None:
    """Waits until the page has said so, since it was opened."""
    await page.wait_for_function(SAID, arg=" ".join(words.split()), timeout=30_000)
