// What the page says by itself: banners that stay while something lasts, and sentences for screen readers and toasts.

import { find, h, icon } from './dom.js';
import { onLanguage, t } from './i18n.js';

/** @typedef {{key: string, values?: Record<string, string|number>, tone: "info"|"warn"|"bad", icon: string, action?: {key: string, run: () => void}, busy?: boolean}} Banner */

/** People who come and go within this time are told in one sentence, ms. */
const GATHER_MS = 1500;
const TOAST_MS = 5000;

export class Notices {
  #holder = find('#banners', HTMLElement);
  #status = find('#announce', HTMLElement);
  /** @type {Map<string, Banner>} */ #banners = new Map();
  /** @type {Map<string, {names: string[], timer: ReturnType<typeof setTimeout>}>} */ #gathered = new Map();

  constructor() {
    onLanguage(() => this.#draw());
  }

  /** Show `banner` in the place `id`, or take it away. @param {string} id @param {Banner|null} banner */
  set(id, banner) {
    if (banner) this.#banners.set(id, banner);
    else if (!this.#banners.delete(id)) return;
    this.#draw();
  }

  clear() {
    this.#banners.clear();
    this.#draw();
  }

  #draw() {
    const wanted = [...this.#banners].map(([id, banner]) => ({ id, banner, text: t(banner.key, banner.values) }));
    const same = wanted.length === this.#holder.children.length && wanted.every(({ text }, index) => {
      const shown = /** @type {HTMLElement} */ (this.#holder.children[index]);
      return shown.querySelector('.says')?.textContent === text;
    });
    if (same) return;
    this.#holder.replaceChildren(...wanted.map(({ id, banner, text }) => {
      const { action } = banner;
      return h('div', { class: `banner ${banner.tone}`, 'data-banner': id },
        banner.busy ? h('span', { class: 'spinner', 'aria-hidden': 'true' }) : icon(banner.icon),
        h('span', { class: 'says' }, text),
        action ? h('button', { type: 'button', class: 'quiet', onclick: action.run }, t(action.key)) : null,
      );
    }));
  }

  /** Say it to a screen reader. @param {string} text */
  say(text) {
    // The same sentence twice is two events for a person, and none for a live region whose text does not change.
    this.#status.textContent = this.#status.textContent === text ? `${text}\u00a0` : text;
  }

  /** Say it to everybody, for a moment. @param {string} text */
  toast(text) {
    this.say(text);
    let holder = document.querySelector('.toasts');
    if (!holder) {
      holder = h('div', { class: 'toasts', 'aria-hidden': 'true' });
      find('#room', HTMLElement).append(holder);
    }
    const toast = h('p', { class: 'toast' }, text);
    holder.append(toast);
    while (holder.children.length > 3) holder.firstElementChild?.remove();
    setTimeout(() => toast.remove(), TOAST_MS);
  }

  /**
   * Somebody came, left or asks to speak: gathered, so that a crowd is one sentence.
   * @param {"people.came"|"people.left"|"hand.of"} key
   * @param {string} name isolated already
   */
  gather(key, name) {
    const waiting = this.#gathered.get(key);
    if (waiting) {
      waiting.names.push(name);
      return;
    }
    const timer = setTimeout(() => {
      const names = this.#gathered.get(key)?.names ?? [];
      this.#gathered.delete(key);
      if (names.length) this.toast(t(key, { n: names.length, name: names[0] ?? '' }));
    }, GATHER_MS);
    this.#gathered.set(key, { names: [name], timer });
  }

  /** Forget what was gathered. */
  quiet() {
    for (const { timer } of this.#gathered.values()) clearTimeout(timer);
    this.#gathered.clear();
  }
}
