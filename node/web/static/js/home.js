// The front door: an invitation link pasted here opens its room.

import { find } from './dom.js';
import { languageToggles, start, t } from './i18n.js';

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

await start();
languageToggles();
find('#home-form', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault();
  const input = find('#home-link', HTMLInputElement);
  const where = destination(input.value, location.origin);
  find('#home-error', HTMLElement).textContent = where ? '' : t('home.wrong');
  if (where) location.assign(where);
  else input.focus();
});
