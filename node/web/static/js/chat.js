// The public chat: panel, log, unread badge, and the words not yet acknowledged.

import { find, h, icon, set, setText } from './dom.js';
import { clock, isolate, onLanguage, refusalText, t } from './i18n.js';
import { render } from './richtext.js';

/** @typedef {import('./protocol.js').ChatMessage} ChatMessage */
/** @typedef {import('./protocol.js').Refusal} Refusal */

/** Messages of one person closer than this share one heading, ms. */
const TOGETHER_MS = 120_000;
/** Older messages leave the screen; the node keeps them. */
const KEPT = 500;
const NEAR_END_PX = 60;

export class Chat {
  #log = find('#chat-log', HTMLOListElement);
  #scroll = find('#chat-scroll', HTMLElement);
  #empty = find('#chat-empty', HTMLElement);
  #newer = find('#chat-newer', HTMLButtonElement);
  #text = find('#chat-text', HTMLTextAreaElement);
  #limit = find('#chat-limit', HTMLElement);
  /** @type {Map<string, HTMLLIElement>} by message id or key */ #rows = new Map();
  /** @type {{participant: string, sent: number}|null} */ #last = null;
  maximum = 2000;
  unread = 0;

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(text: string, key: string) => Promise<Refusal|null>} options.send
   * @param {() => string} options.key
   * @param {(message: string) => void} options.hide
   * @param {() => boolean} options.open is the panel on the screen
   * @param {(unread: number) => void} options.onUnread
   * @param {(text: string) => void} options.say to a screen reader
   */
  constructor(options) {
    this.options = options;
    this.stop = new AbortController();
    const { signal } = this.stop;
    find('#chat-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      this.#submit();
    }, { signal });
    this.#text.addEventListener('keydown', (event) => {
      // Enter sends; with shift, or while an input method composes, it does not.
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    }, { signal });
    this.#text.addEventListener('input', () => this.#typed(), { signal });
    this.#newer.addEventListener('click', () => this.#toEnd(), { signal });
    this.#scroll.addEventListener('scroll', () => {
      if (this.#nearEnd()) this.#newer.hidden = true;
    }, { signal, passive: true });
    onLanguage(() => this.reset(), signal);
  }

  /** Show everything the state holds, as after `welcome`. */
  reset() {
    const waiting = [...this.#rows.values()].filter((row) => row.classList.contains('pending'));
    this.#rows.clear();
    this.#last = null;
    this.#log.replaceChildren();
    for (const message of this.options.state.chat.slice(-KEPT)) this.#append(message);
    for (const row of waiting) {
      const key = row.dataset.key ?? '';
      if (this.options.state.chat.some((said) => said.key === key)) continue;
      this.#log.append(row);
      this.#rows.set(key, row);
    }
    this.#drawEmpty();
    this.#toEnd();
  }

  /** @param {ChatMessage} message */
  add(message) {
    const stay = !this.#nearEnd();
    if (message.key) this.#forget(message.key);
    this.#append(message);
    while (this.#log.children.length > KEPT) this.#log.firstElementChild?.remove();
    this.#drawEmpty();
    const own = message.participant === this.options.state.you;
    if (stay && !own) this.#newer.hidden = false;
    else this.#toEnd();
    if (own || this.options.open()) return;
    this.unread += 1;
    this.options.onUnread(this.unread);
    this.options.say(t('chat.from', { name: isolate(message.name), text: isolate(message.text.slice(0, 200)) }));
  }

  /** @param {string} id */
  hidden(id) {
    this.#forget(id);
    this.#drawEmpty();
  }

  opened() {
    this.unread = 0;
    this.options.onUnread(0);
    this.#toEnd();
    this.#text.focus();
  }

  /** @param {string} id message id or key */
  #forget(id) {
    const row = this.#rows.get(id);
    if (!row) return;
    const next = row.nextElementSibling;
    if (!row.classList.contains('follows') && next?.classList.contains('follows')) next.classList.remove('follows');
    row.remove();
    this.#rows.delete(id);
  }

  /** @param {ChatMessage} message */
  #append(message) {
    const follows = this.#last?.participant === message.participant && message.sent - this.#last.sent < TOGETHER_MS;
    this.#last = { participant: message.participant, sent: message.sent };
    const body = h('div', { class: 'body', dir: 'auto' });
    body.append(render(message.html));
    const row = this.#row(message.name, message.participant, message.sent, body);
    row.classList.toggle('follows', follows);
    row.dataset.message = message.message;
    if (this.options.state.isHost) row.append(this.#hideButton(message));
    const pending = this.#log.querySelector('.pending');
    this.#log.insertBefore(row, pending);
    this.#rows.set(message.message, row);
  }

  /** @param {string} name @param {string} participant @param {number} sent @param {HTMLElement} body */
  #row(name, participant, sent, body) {
    const own = participant === this.options.state.you;
    return h('li', { class: own ? 'own' : '' },
      h('p', { class: 'heading' }, h('bdi', { class: 'name' }, own ? t('chat.you') : name),
        h('time', { datetime: new Date(sent).toISOString() }, clock(sent))),
      body);
  }

  /** @param {ChatMessage} message */
  #hideButton(message) {
    const label = t('chat.hide', { name: isolate(message.name) });
    return h('button', { type: 'button', class: 'icon-button hide', 'aria-label': label, title: label,
      onclick: () => this.options.hide(message.message) }, icon('hide'));
  }

  #submit() {
    const text = this.#text.value.trim();
    if (!text || [...text].length > this.maximum) return;
    this.#text.value = '';
    this.#typed();
    void this.#send(text, this.options.key());
  }

  /** @param {string} text @param {string} key */
  async #send(text, key) {
    const row = this.#row(this.options.state.self?.name ?? '', this.options.state.you, Date.now(), h('div', { class: 'body', dir: 'auto' }, text));
    row.classList.add('pending');
    row.dataset.key = key;
    this.#log.append(row);
    this.#rows.set(key, row);
    this.#drawEmpty();
    this.#toEnd();
    const refusal = await this.options.send(text, key);
    if (!refusal || !row.isConnected) return;
    row.classList.add('failed');
    const { message, next } = refusalText(refusal);
    row.append(h('p', { class: 'error', role: 'alert' }, `${message} ${next} `,
      h('button', { type: 'button', class: 'quiet', onclick: () => {
        this.#forget(key);
        void this.#send(text, this.options.key());
      } }, t('chat.again'))));
    this.#toEnd();
  }

  #typed() {
    const length = [...this.#text.value.trim()].length;
    const over = length > this.maximum;
    const close = length > this.maximum * 0.9;
    setText(this.#limit, close ? t('chat.limit', { n: length, limit: this.maximum }) : '');
    this.#limit.classList.toggle('error', over);
    set(this.#text, 'aria-invalid', over && 'true');
    this.#text.style.height = 'auto';
    this.#text.style.height = `${Math.min(this.#text.scrollHeight + 2, 140)}px`;
  }

  #drawEmpty() {
    this.#empty.hidden = this.#log.children.length > 0;
  }

  #nearEnd() {
    return this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#scroll.scrollTop = this.#scroll.scrollHeight;
    this.#newer.hidden = true;
  }

  close() {
    this.stop.abort();
    this.#log.replaceChildren();
    this.#rows.clear();
  }
}
