// What operators did in this room, or were refused: read from the node when a host asks for it, a page at a time.

import { find, h, setText } from './dom.js';
import { isolate, language, onLanguage, t } from './i18n.js';

/** @typedef {import('./wire.js').Entry} Entry */

/** Outcomes that are no code of a refusal → the sentence. */
const OUTCOMES = /** @type {Record<string, string>} */ ({ OK: 'audit.ok', CANCELLED: 'audit.cancelled' });

export class Audit {
  #dialog = find('#audit', HTMLDialogElement);
  #list = find('#audit-list', HTMLOListElement);
  #older = find('#audit-older', HTMLButtonElement);
  #says = find('#audit-says', HTMLElement);
  #gone = find('#audit-gone', HTMLElement);
  /** @type {Entry[]} newest first */ #entries = [];
  #next = 0;
  /** ms since the epoch; 0: all of it is kept */ #since = 0;
  /** Before which number was asked, and not answered yet; -1: nothing was. */ #asked = -1;
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#older.addEventListener('click', () => this.#request(this.#next), { signal });
    onLanguage(() => this.#draw(), signal);
  }

  /** Asked of the node each time: what is old is not taken for what is new. */
  open() {
    this.#request(0);
  }

  /** @param {number} before */
  #request(before) {
    this.#asked = before;
    this.options.ask('audit', { before });
  }

  /** @param {{entries: Entry[], next: number, since: number}} page */
  came({ entries, next, since }) {
    if (this.#asked < 0) return;
    const older = this.#asked > 0;
    this.#asked = -1;
    this.#next = next;
    this.#since = since;
    const known = older ? this.#entries.length : 0;
    this.#entries = older ? [...this.#entries, ...entries] : entries;
    this.#draw();
    if (!older && !this.#dialog.open) this.#dialog.showModal();
    // The button may be gone: who reads with the keyboard goes on at the first of what came.
    if (older) /** @type {HTMLElement|undefined} */ (this.#list.children[known])?.focus();
  }

  #draw() {
    this.#older.hidden = this.#next === 0;
    setText(this.#says, this.#said());
    // Said where the list ends: as long as there is older to read, nobody misses anything.
    this.#gone.hidden = this.#since === 0 || this.#next !== 0;
    setText(this.#gone, this.#gone.hidden ? '' : t('audit.gone', { date: when(this.#since) }));
    this.#list.replaceChildren(...this.#entries.map((entry) => this.#row(entry)));
  }

  #said() {
    if (this.#entries.length) return t('audit.shown', { n: this.#entries.length });
    return this.#since ? t('audit.empty_since', { date: when(this.#since) }) : t('audit.empty');
  }

  /** @param {Entry} entry */
  #row(entry) {
    const outcome = OUTCOMES[entry.outcome];
    return h('li', { tabindex: '-1', 'data-number': entry.number },
      h('p', { class: 'heading' }, h('bdi', { class: 'name' }, entry.who || t('audit.by_link')), h('span', { class: 'help' }, when(entry.at))),
      h('p', { class: 'did' }, this.#did(entry)),
      entry.reason ? h('p', { class: 'help', dir: 'auto' }, t('audit.reason', { reason: isolate(entry.reason) })) : null,
      h('p', { class: entry.outcome === 'OK' ? 'help' : 'error' }, outcome ? t(outcome) : t('audit.refused', { code: entry.outcome })));
  }

  /** @param {Entry} entry @returns {string} */
  #did({ did, participant, values }) {
    const { role, minutes, verdict, how } = values;
    const key = `audit.did_${did}`;
    const restraint = how || 'free';
    const said = t(key, {
      name: this.#name(participant),
      role: role ? t(`roles.${role}`) : t('audit.all_roles'),
      minutes: minutes ?? '',
      verdict: verdict ? t(`queue.${verdict}`) : '',
      how: t(`audit.how_${restraint}`),
    });
    return said === key ? t('audit.did_other') : said;
  }

  /** @param {string} participant */
  #name(participant) {
    const { people, left } = this.options.state;
    const name = people.get(participant)?.name ?? left.get(participant);
    return name === undefined ? t('audit.somebody') : isolate(name);
  }

  close() {
    this.#stop.abort();
    this.#entries = [];
    this.#list.replaceChildren();
  }
}

/** @param {number} at ms since the epoch */
function when(at) {
  return new Intl.DateTimeFormat(language(), { dateStyle: 'medium', timeStyle: 'medium' }).format(at);
}
