// Keys of the room. One letter each, never while typing, and they can be switched off (WCAG 2.1.4).

import { find, h } from './dom.js';
import { onLanguage, t } from './i18n.js';

const REMEMBERED = 'regie.keys';

/** action → key; the label is `keys.<action>` */
export const KEYS = /** @type {const} */ ({
  microphone: 'm',
  camera: 'v',
  screen: 's',
  chat: 'c',
  participants: 'p',
  view: 'l',
  hand: 'h',
  react: 'r',
  shortcuts: '?',
});

/** @typedef {keyof typeof KEYS} Action */

/**
 * @param {KeyboardEvent} event
 * @returns {Action|null} what the key asks for
 */
export function actionOf(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return null;
  const target = event.target instanceof Element ? event.target : null;
  if (target?.closest('input, textarea, select, [contenteditable], dialog')) return null;
  const key = event.key.toLowerCase();
  return /** @type {Action[]} */ (Object.keys(KEYS)).find((action) => KEYS[action] === key) ?? null;
}

export function enabled() {
  return localStorage.getItem(REMEMBERED) !== 'off';
}

/**
 * @param {Partial<Record<Action, () => void>>} actions
 * @param {AbortSignal} signal
 */
export function listen(actions, signal) {
  addEventListener('keydown', (event) => {
    const action = enabled() ? actionOf(event) : null;
    const run = action ? actions[action] : undefined;
    if (!run) return;
    event.preventDefault();
    run();
  }, { signal });
  const box = find('#keys-on', HTMLInputElement);
  box.checked = enabled();
  box.addEventListener('change', () => localStorage.setItem(REMEMBERED, box.checked ? 'on' : 'off'), { signal });
  const draw = () => {
    find('#keys-list', HTMLElement).replaceChildren(...Object.entries(KEYS)
      .filter(([action]) => actions[/** @type {Action} */ (action)])
      .flatMap(([action, key]) => [h('dt', {}, h('kbd', {}, key.toUpperCase())), h('dd', {}, t(`keys.${action}`))]));
  };
  onLanguage(draw, signal);
  draw();
}
