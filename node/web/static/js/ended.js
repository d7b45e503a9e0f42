// After the room, or instead of it: what happened, why, and what to do next.

import { brandName } from './brand.js';
import { find, setIcon, setText } from './dom.js';
import { onLanguage, refusalText, t } from './i18n.js';

/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {{kind: "left"|"removed"|"closed"|"replaced"|"node_stopping"|"refused", why: Refusal|null, redirect?: string, support?: string}} Ending `redirect`: where one goes afterwards */

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
const FINAL = new Set(['TICKET_MISSING', 'TICKET_WRONG', 'TICKET_EXPIRED', 'LINK_RENEWED', 'TICKET_REVOKED', 'TICKET_NAMED', 'TURNED_AWAY', 'ROOM_UNKNOWN', 'REMOVED', 'BANNED']);

/** Endings after which one is led on: the session is over, or one has left it. */
const LED_ON = new Set(['left', 'closed']);
/** Time to read, and to stay, before one is led on, s. */
const LEAD_S = 8;
let left = 0;
/** @type {ReturnType<typeof setInterval>|undefined} */
let counting;

/** @type {{ending: Ending, again: () => void}|null} */
let shown = null;

/**
 * @param {Ending} ending
 * @param {() => void} again what the button does
 */
export function showEnding(ending, again) {
  shown = { ending, again };
  clearInterval(counting);
  left = address(ending) ? LEAD_S : 0;
  if (left) counting = setInterval(count, 1000);
  draw();
  find('#ended-title', HTMLElement).focus();
}

/** Only an address of the web: whatever the node was told. @param {Pick<Ending, 'kind'|'redirect'>} ending @returns {URL|null} */
export function address({ kind, redirect }) {
  if (!redirect || !LED_ON.has(kind)) return null;
  try {
    const url = new URL(redirect);
    return url.protocol === 'https:' || url.protocol === 'http:' ? url : null;
  } catch {
    return null;
  }
}

function count() {
  const to = shown && address(shown.ending);
  if (!to || document.body.dataset.screen !== 'ended') {
    clearInterval(counting);
    return;
  }
  left -= 1;
  if (left <= 0) {
    clearInterval(counting);
    location.assign(to.href);
  }
  drawLead();
}

function stay() {
  clearInterval(counting);
  left = 0;
  drawLead();
}

function drawLead() {
  const to = shown && address(shown.ending);
  find('#ended-lead', HTMLElement).hidden = !to;
  if (!to) return;
  const link = find('#ended-lead-go', HTMLAnchorElement);
  link.href = to.href;
  setText(find('#ended-lead-text', HTMLElement), left > 0 ? t('ended.lead', { n: left, host: to.host }) : '');
  setText(link, t('ended.lead_go', { host: to.host }));
  const button = find('#ended-lead-stay', HTMLButtonElement);
  button.hidden = left <= 0;
  button.onclick = stay;
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
  document.title = `${told.message} — ${brandName()}`;
  drawLead();
  const support = ending.why?.support || ending.support || '';
  const help = find('#ended-support', HTMLAnchorElement);
  help.hidden = !/^(https?:|mailto:)/.test(support);
  if (support) help.href = support;
  const button = find('#ended-again', HTMLButtonElement);
  button.hidden = !word || FINAL.has(ending.why?.code ?? '');
  setText(button, word ? t(word) : '');
  button.onclick = again;
  // One way on is the first: there is no second.
  button.className = address(ending) ? 'quiet' : 'primary';
}

onLanguage(draw);
