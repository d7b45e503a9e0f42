// After the room, or instead of it: what happened, why, and what to do next.

import { find, setIcon, setText } from './dom.js';
import { onLanguage, refusalText, t } from './i18n.js';

/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {{kind: "left"|"removed"|"closed"|"replaced"|"node_stopping"|"refused", why: Refusal|null}} Ending */

/** Ending → icon, and the word on the button that tries again (none: there is nothing to try). */
const ENDINGS = /** @type {const} */ ({
  left: ['leave', 'ended.rejoin'],
  removed: ['remove', ''],
  closed: ['leave', ''],
  replaced: ['screen', 'ended.here'],
  node_stopping: ['again', 'ended.retry'],
  refused: ['warning', 'ended.retry'],
});

/** Refusals that another try with the same link cannot change. */
const FINAL = new Set(['TICKET_MISSING', 'TICKET_WRONG', 'TICKET_EXPIRED', 'LINK_RENEWED', 'TICKET_REVOKED', 'TICKET_NAMED', 'TURNED_AWAY', 'ROOM_UNKNOWN', 'REMOVED']);

/** @type {{ending: Ending, again: () => void}|null} */
let shown = null;

/**
 * @param {Ending} ending
 * @param {() => void} again what the button does
 */
export function showEnding(ending, again) {
  shown = { ending, again };
  draw();
  find('#ended-title', HTMLElement).focus();
}

function draw() {
  if (!shown) return;
  const { ending, again } = shown;
  const [symbol, word] = ENDINGS[ending.kind];
  const told = ending.why ? refusalText(ending.why) : { message: t(`ended.${ending.kind}.title`), next: t(`ended.${ending.kind}.next`) };
  setIcon(find('#ended main', HTMLElement), symbol);
  setText(find('#ended-title', HTMLElement), told.message);
  setText(find('#ended-next', HTMLElement), told.next);
  setText(find('#ended-code', HTMLElement), ending.why?.code ?? '');
  document.title = `${told.message} — Régie`;
  const button = find('#ended-again', HTMLButtonElement);
  button.hidden = !word || FINAL.has(ending.why?.code ?? '');
  setText(button, word ? t(word) : '');
  button.onclick = again;
}

onLanguage(draw);
