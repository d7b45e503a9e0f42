// What a host does for those who wait: let them in, turn them away, say when it begins.

import { find, h, setText } from './dom.js';
import { clock, isolate, onLanguage, t } from './i18n.js';

/** @typedef {import('./wire.js').Waiter} Waiter */

export class Lobby {
  #section = find('#lobby', HTMLElement);
  #list = find('#lobby-list', HTMLUListElement);
  #on = find('#lobby-on', HTMLInputElement);
  #texts = { agenda: find('#lobby-agenda', HTMLTextAreaElement), message: find('#lobby-message', HTMLTextAreaElement) };
  #known = 0;
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.show the list of people
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#on.addEventListener('change', () => options.ask('lobby', { on: this.#on.checked }), { signal });
    for (const [name, field] of Object.entries(this.#texts)) {
      field.addEventListener('change', () => options.ask('lobby', { [name]: field.value }), { signal });
    }
    find('#lobby-all', HTMLButtonElement).addEventListener('click', () => options.ask('admit', { participant: '' }), { signal });
    onLanguage(() => this.draw(), signal);
  }

  draw() {
    const { state, notices, show } = this.options;
    const { lobby } = state;
    find('#lobby-settings', HTMLElement).hidden = !lobby;
    const total = lobby?.total ?? 0;
    this.#section.hidden = total === 0;
    notices.set('lobby', total ? { key: 'lobby.banner', values: { n: total }, tone: 'info', icon: 'people', action: { key: 'lobby.show', run: show } } : null);
    if (total > this.#known) notices.say(t('lobby.banner', { n: total }));
    this.#known = total;
    if (!lobby) return;
    setText(find('#lobby-heading', HTMLElement), t('lobby.heading', { n: total }));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.act : undefined;
    this.#list.replaceChildren(...lobby.waiters.map((waiter) => this.#row(waiter)));
    if (focused) [...this.#list.querySelectorAll('button')].find((button) => button.dataset.act === focused)?.focus();
    this.#on.checked = lobby.on;
    for (const name of /** @type {const} */ (['agenda', 'message'])) {
      if (document.activeElement !== this.#texts[name]) this.#texts[name].value = lobby[name];
    }
  }

  /** @param {Waiter} waiter */
  #row(waiter) {
    const { ask } = this.options;
    const act = (/** @type {"admit"|"refuse"} */ key) => h('button', {
      type: 'button', class: 'quiet', 'data-act': `${waiter.participant} ${key}`, 'aria-label': t(`lobby.${key}_of`, { name: isolate(waiter.name) }),
      onclick: () => ask(key, { participant: waiter.participant }),
    }, t(`lobby.${key}`));
    const since = t('lobby.since', { at: clock(waiter.since) });
    return h('li', { 'data-waiter': waiter.participant },
      h('p', { class: 'heading' }, h('bdi', { class: 'name' }, waiter.name), h('span', { class: 'tag' }, waiter.why === 'lobby' ? since : t(`lobby.why_${waiter.why || 'coming'}`))),
      h('div', { class: 'row-actions' }, waiter.why === 'lobby' || waiter.why === 'full' ? act('admit') : null, act('refuse')));
  }

  close() {
    this.#stop.abort();
    this.#section.hidden = true;
    this.#list.replaceChildren();
  }
}
