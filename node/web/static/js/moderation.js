// What a host does for the chat: what waits, claimed by one at a time, and how the chat is regulated.

import { find, h, setText } from './dom.js';
import { isolate, onLanguage, refusalText, t } from './i18n.js';
import { RefusedError } from './request.js';
import { render } from './richtext.js';

/** @typedef {import('./wire.js').Item} Item */
/** @typedef {import('./wire.js').Mode} Mode */

/** @type {Record<Item["kind"], [string, string]>} the verdict that agrees, and the other */
const VERDICTS = { held: ['approve', 'decline'], report: ['hide', 'dismiss'] };
const SWITCHES = /** @type {const} */ (['public', 'private', 'to_staff', 'hold']);
/** Somebody who uses the page says so at most this often, ms. */
const ACTIVE_MS = 60_000;

export class Moderation {
  #queue = find('#queue', HTMLElement);
  #list = find('#queue-list', HTMLUListElement);
  #dialog = find('#moderation', HTMLDialogElement);
  #open = find('#chat-moderate', HTMLButtonElement);
  #slow = find('#moderation-slow', HTMLSelectElement);
  #words = find('#moderation-words', HTMLSelectElement);
  #own = find('#moderation-own', HTMLTextAreaElement);
  #active = -ACTIVE_MS;
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   * @param {(format: "text"|"json") => Promise<Blob>} options.transcript
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#open.addEventListener('click', () => {
      this.draw();
      this.#dialog.showModal();
    }, { signal });
    for (const name of SWITCHES) {
      const box = find(`#moderation-${name}`, HTMLInputElement);
      box.addEventListener('change', () => options.ask('regulate', { [name]: box.checked }), { signal });
    }
    this.#slow.addEventListener('change', () => options.ask('regulate', { slow_s: Number(this.#slow.value) }), { signal });
    this.#words.addEventListener('change', () => options.ask('regulate', { words: this.#words.value }), { signal });
    this.#own.addEventListener('change', () => options.ask('regulate', { own_words: this.#ownWords() }), { signal });
    for (const format of /** @type {const} */ (['text', 'json'])) {
      find(`#moderation-${format}`, HTMLButtonElement).addEventListener('click', () => void this.#save(format), { signal });
    }
    for (const gesture of ['pointerdown', 'keydown']) {
      addEventListener(gesture, () => this.#touched(), { signal, passive: true, capture: true });
    }
    onLanguage(() => this.draw(), signal);
  }

  /** @param {"text"|"json"} format */
  async #save(format) {
    try {
      const address = URL.createObjectURL(await this.options.transcript(format));
      h('a', { href: address, download: `chat.${format === 'text' ? 'txt' : 'json'}` }).click();
      setTimeout(() => URL.revokeObjectURL(address), 10_000);
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      const { message, next } = refusalText(error.refusal);
      this.options.notices.toast(`${message} ${next}`);
    }
  }

  #ownWords() {
    return this.#own.value.split(/[\n,;]+/u).map((word) => word.trim().slice(0, 40)).filter(Boolean).slice(0, 200);
  }

  /** A host who does nothing for long does not count as present. */
  #touched() {
    const now = performance.now();
    if (!this.options.state.isStaff || now - this.#active < ACTIVE_MS) return;
    this.#active = now;
    this.options.ask('active');
  }

  /** @param {Item} item @param {Item|undefined} before */
  changed(item, before) {
    if (!before && !item.verdict) this.options.notices.say(t(`queue.new_${item.kind}`, { name: isolate(item.name) }));
    this.draw();
  }

  draw() {
    const { state } = this.options;
    this.#open.hidden = !state.isStaff;
    this.#queue.hidden = !state.isStaff || state.items.size === 0;
    setText(find('#queue-heading', HTMLElement), t('queue.heading', { n: state.items.size }));
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.act : undefined;
    this.#list.replaceChildren(...[...state.items.values()].map((item) => this.#row(item)));
    if (focused) [...this.#list.querySelectorAll('button')].find((button) => button.dataset.act === focused)?.focus();
    this.#drawSettings(state.mode);
    this.#drawCover();
  }

  /** @param {Item} item */
  #row(item) {
    const { state, ask } = this.options;
    const mine = item.claimed_by === state.you;
    const theirs = Boolean(item.claimed_by) && !mine;
    const body = h('div', { class: 'body', dir: 'auto' });
    body.append(render(item.html));
    const why = item.kind === 'held' ? t(`queue.why_${item.why}`) : t('queue.reported', { n: item.reports ?? 1 });
    const said = item.kind === 'report' && item.why ? h('p', { class: 'quote', dir: 'auto' }, item.why) : null;
    const whose = theirs ? h('p', { class: 'claimed' }, t('queue.claimed', { name: isolate(item.claimed_name ?? '') })) : null;
    const act = (/** @type {string} */ key, /** @type {string} */ kind, /** @type {() => void} */ run) =>
      h('button', { type: 'button', class: kind, 'data-act': `${item.item} ${key}`, 'aria-label': t(`queue.${key}_of`, { name: isolate(item.name) }), onclick: run }, t(`queue.${key}`));
    const [yes, no] = VERDICTS[item.kind];
    return h('li', { 'data-item': item.item, class: theirs ? 'theirs' : '' },
      h('p', { class: 'heading' }, h('bdi', { class: 'name' }, item.name), h('span', { class: 'tag' }, item.private ? `${why} · ${t('queue.private')}` : why)),
      body, said, whose,
      theirs ? null : h('div', { class: 'row-actions' },
        act(yes, 'quiet', () => ask('decide', { item: item.item, verdict: yes })),
        act(no, 'quiet', () => ask('decide', { item: item.item, verdict: no })),
        mine ? act('release', 'quiet', () => ask('release', { item: item.item })) : act('claim', 'quiet', () => ask('claim', { item: item.item }))));
  }

  /** @param {Mode} mode */
  #drawSettings(mode) {
    for (const name of SWITCHES) find(`#moderation-${name}`, HTMLInputElement).checked = mode[name];
    const seconds = [0, 5, 15, 30, 60, 300];
    if (!seconds.includes(mode.slow_s)) seconds.push(mode.slow_s);
    this.#slow.replaceChildren(...seconds.map((n) => h('option', { value: n }, n ? t('moderation.slow_n', { n }) : t('moderation.slow_off'))));
    this.#slow.value = String(mode.slow_s);
    this.#words.replaceChildren(...['allow', 'hold', 'refuse'].map((what) => h('option', { value: what }, t(`moderation.words_${what}`))));
    this.#words.value = mode.words;
    if (document.activeElement !== this.#own) this.#own.value = (mode.own_words ?? []).join('\n');
  }

  /** Too few hosts: those who are here know it, and what it does. */
  #drawCover() {
    const stage = this.options.state.cover?.stage ?? 'covered';
    const told = stage === 'slow' || stage === 'hold';
    this.options.notices.set('cover', told ? { key: `cover.${stage}`, tone: 'warn', icon: 'warning' } : null);
  }

  close() {
    this.#stop.abort();
    this.#list.replaceChildren();
    this.#queue.hidden = true;
    this.#open.hidden = true;
  }
}
