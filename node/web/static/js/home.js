// The front door: an invitation link pasted here opens its room.

import { find, h } from './dom.js';
import { language, languageToggles, onLanguage, start, t } from './i18n.js';

/**
 * @param {string} text what was pasted
 * @param {string} origin of this node
 * @returns {string|null} where to go; null: not a link of this node
 */
export function destination(text, origin) {
  try {
    const url = new URL(text.trim(), origin);
    return url.origin === origin && url.pathname.startsWith('/r/') ? url.pathname + url.hash : null;
  } catch {
    return null;
  }
}

/** The figure is asked for again after this, ms; it is as old as it says. */
const GAUGE_MS = 10_000;

/** How much goes on here: one figure, with its age; nothing where the node has none to give. */
async function gauge() {
  const holder = find('#home-gauge', HTMLElement);
  try {
    const answer = await fetch('/api/gauge', { cache: 'no-store', credentials: 'omit' });
    if (!answer.ok) return;
    const { webinars, participants, capacity, age_s: age } = await answer.json();
    const figures = { webinars, participants, ...(capacity ? { capacity } : {}) };
    holder.replaceChildren(...Object.entries(figures).map(([name, figure]) =>
      h('div', {}, h('dt', {}, t(`gauge.${name}`)), h('dd', {}, new Intl.NumberFormat(language()).format(figure)))));
    find('#home-gauge-age', HTMLElement).textContent = t('gauge.age', { n: Math.round(age) });
    find('#home-figures', HTMLElement).hidden = false;
  } catch {
    // The door opens all the same.
  }
}

await start();
languageToggles();
onLanguage(() => void gauge());
void gauge();
setInterval(() => {
  if (document.visibilityState === 'visible') void gauge();
}, GAUGE_MS);
find('#home-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = find('#home-link', HTMLInputElement);
  const where = destination(input.value, location.origin);
  find('#home-error', HTMLElement).textContent = where ? '' : t('home.wrong');
  if (where) location.assign(where);
  else input.focus();
});
