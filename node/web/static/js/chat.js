// The chat: panel, log, unread badge, to whom one writes, what can be done with a message, and the words not yet acknowledged.

import { find, h, icon, set, setText } from './dom.js';
import { clock, isolate, moment, onLanguage, refusalText, t } from './i18n.js';
import { render, spoken } from './richtext.js';
import { CHAT_KEPT, isStaff } from './state.js';

/** @typedef {import('./wire.js').ChatMessage} ChatMessage */
/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {import('./wire.js').Address} Address */
/** @typedef {{key: string, run: () => void, values?: Record<string, string>, timed?: boolean}} Action `timed`: for as long as is chosen */

/** Messages of one person closer than this share one heading, ms. */
const TOGETHER_MS = 120_000;
const NEAR_END_PX = 60;
/** For how long somebody is restrained: seconds and their words; 0: until somebody lifts it. */
const TIMES = /** @type {[number, string][]} */ ([[0, 'chat.for_ever'], [60, 'chat.for_minute'], [600, 'chat.for_ten_minutes'], [3600, 'chat.for_hour']]);

export class Chat {
  #log = find('#chat-log', HTMLOListElement);
  #scroll = find('#chat-scroll', HTMLElement);
  #empty = find('#chat-empty', HTMLElement);
  #newer = find('#chat-newer', HTMLButtonElement);
  #older = find('#chat-older', HTMLButtonElement);
  #form = find('#chat-form', HTMLFormElement);
  #text = find('#chat-text', HTMLTextAreaElement);
  #limit = find('#chat-limit', HTMLElement);
  #to = find('#chat-to', HTMLSelectElement);
  #mode = find('#chat-mode', HTMLElement);
  #reply = find('#chat-reply', HTMLElement);
  #replyTo = '';
  #forS = 0;
  /** Messages on the screen at most; the node keeps the older ones. */
  #most = CHAT_KEPT;
  /** @type {Map<string, HTMLLIElement>} by message id or key */ #rows = new Map();
  /** @type {{participant: string, sent: number, to: string}|null} */ #last = null;
  maximum = 2000;
  unread = 0;

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(text: string, key: string, address: Address) => Promise<Refusal|null>} options.send
   * @param {() => string} options.key
   * @param {(type: string, fields: object) => void} options.ask
   * @param {() => boolean} options.open is the panel on the screen
   * @param {(unread: number) => void} options.onUnread
   * @param {(text: string) => void} options.say to a screen reader
   */
  constructor(options) {
    this.options = options;
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.#form.addEventListener('submit', (event) => {
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
    this.#older.addEventListener('click', () => this.#askOlder(), { signal });
    this.#scroll.addEventListener('scroll', () => {
      if (this.#nearEnd()) this.#newer.hidden = true;
    }, { signal, passive: true });
    this.#to.addEventListener('focus', () => this.#drawReaders(), { signal });
    this.#to.addEventListener('change', () => {
      this.#answer(null);
      this.#drawMode();
    }, { signal });
    find('#chat-reply-none', HTMLButtonElement).addEventListener('click', () => {
      this.#answer(null);
      this.#text.focus();
    }, { signal });
    onLanguage(() => this.reset(), signal);
  }

  /** Show everything the state holds, as after `welcome`. */
  reset() {
    const waiting = [...this.#rows.values()].filter((row) => row.classList.contains('pending'));
    this.#rows.clear();
    this.#last = null;
    this.#most = CHAT_KEPT;
    if (this.options.state.chat.length > this.#most) this.options.state.older = true;
    this.#log.replaceChildren();
    for (const message of this.options.state.chat.slice(-this.#most)) this.#append(message);
    for (const row of waiting) {
      const key = row.dataset.key ?? '';
      if (this.options.state.chat.some((said) => said.key === key)) continue;
      this.#log.append(row);
      this.#rows.set(key, row);
    }
    for (const { text, key } of this.options.state.waiting) {
      if (!this.#rows.has(key)) this.#pending(text, key, {});
      this.waits(key);
    }
    this.#drawEmpty();
    this.#drawReaders();
    this.#drawMode();
    this.#toEnd();
  }

  /** It waits for a host. @param {string} key */
  waits(key) {
    const row = this.#rows.get(key);
    if (!row || row.querySelector('.note')) return;
    row.classList.add('waits');
    row.append(h('p', { class: 'note', role: 'status' }, t('chat.waits')));
    this.#toEnd();
  }

  /** It waited in vain. @param {string} key */
  declined(key) {
    const row = this.#rows.get(key);
    if (!row) return;
    row.classList.add('failed');
    row.querySelector('.note')?.remove();
    row.append(h('p', { class: 'error', role: 'alert' }, t('chat.declined')));
  }

  /** The rules changed. */
  regulated() {
    this.#drawReaders();
    this.#drawMode();
  }

  /** @param {ChatMessage} message */
  add(message) {
    const stay = !this.#nearEnd();
    if (message.key) this.#forget(message.key);
    this.#append(message);
    this.#trim();
    this.#drawEmpty();
    const own = message.participant === this.options.state.you;
    if (stay && !own) this.#newer.hidden = false;
    else this.#toEnd();
    if (own || this.options.open()) return;
    this.unread += 1;
    this.options.onUnread(this.unread);
    this.options.say(t(message.to ? 'chat.from_privately' : 'chat.from', { name: isolate(message.name), text: isolate(spoken(message.html).slice(0, 200)) }));
  }

  /** It is nowhere to be read any more: not in what quotes it either. @param {string} id */
  hidden(id) {
    this.#forget(id);
    for (const quote of this.#log.querySelectorAll('.quote')) if (quote instanceof HTMLElement && quote.dataset.reply === id) this.#drawQuote(quote);
    if (this.#replyTo === id) this.#answer(null);
    this.#drawEmpty();
  }

  /** Older ones came, as asked. @param {ChatMessage[]} messages */
  older(messages) {
    const { scrollHeight, scrollTop } = this.#scroll;
    const fresh = new Set(messages.map((message) => message.message).filter((id) => !this.#rows.has(id)));
    this.#most += fresh.size;
    const first = this.#log.firstElementChild;
    const { state } = this.options;
    this.#last = null;
    set(this.#scroll, 'aria-live', 'off'); // they are no news
    for (const message of state.chat) if (fresh.has(message.message)) this.#append(message, first);
    setTimeout(() => set(this.#scroll, 'aria-live', 'polite'));
    const last = state.chat.at(-1);
    this.#last = last ? { participant: last.participant, sent: last.sent, to: last.to ?? '' } : null;
    for (const quote of this.#log.querySelectorAll('.quote')) if (quote instanceof HTMLElement && fresh.has(quote.dataset.reply ?? '')) this.#drawQuote(quote);
    this.#drawEmpty();
    this.#scroll.scrollTop = scrollTop + this.#scroll.scrollHeight - scrollHeight;
    this.options.say(t('chat.older_came', { n: messages.length }));
  }

  #askOlder() {
    const first = this.#first();
    if (first) this.options.ask('older', { before: first });
  }

  /** @returns {string} the first message on the screen */
  #first() {
    return [...this.#log.children].map((row) => (row instanceof HTMLElement ? row.dataset.message ?? '' : '')).find(Boolean) ?? '';
  }

  /** The oldest leave the screen while its end is read. */
  #trim() {
    if (!this.#nearEnd() && this.#log.children.length < 4 * this.#most) return;
    for (let row = this.#log.firstElementChild; row && this.#log.children.length > this.#most; row = this.#log.firstElementChild) {
      if (!(row instanceof HTMLElement) || !row.dataset.message) break;
      this.#forget(row.dataset.message);
      this.options.state.older = true;
    }
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

  /** @param {ChatMessage} message @param {Element|null} [before] null: at the end, before what is not in the room yet */
  #append(message, before = null) {
    const to = message.to ?? '';
    const last = this.#last;
    const follows = last?.participant === message.participant && last.to === to && !message.reply && message.sent - last.sent < TOGETHER_MS;
    this.#last = { participant: message.participant, sent: message.sent, to };
    const body = h('div', { class: 'body', dir: 'auto' });
    body.append(render(message.html));
    const row = this.#row(message.name, message.participant, message.sent, body, to);
    if (message.reply) body.before(this.#quote(message.reply));
    row.classList.toggle('private', to !== '');
    row.classList.toggle('follows', follows);
    row.dataset.message = message.message;
    row.append(this.#more(message, row));
    this.#log.insertBefore(row, before ?? this.#log.querySelector('.pending'));
    this.#rows.set(message.message, row);
  }

  /** @param {string} name @param {string} participant @param {number} sent @param {HTMLElement} body @param {string} [to] */
  #row(name, participant, sent, body, to = '') {
    const own = participant === this.options.state.you;
    return h('li', { class: own ? 'own' : '' },
      h('p', { class: 'heading' }, h('bdi', { class: 'name' }, own ? t('chat.you') : name),
        h('time', { datetime: new Date(sent).toISOString() }, clock(sent)), to ? h('span', { class: 'tag' }, this.#toWords(to)) : null),
      body);
  }

  /** @param {string} to */
  #toWords(to) {
    if (to === 'staff') return t('chat.to_staff_tag');
    if (to === this.options.state.you) return t('chat.to_you_tag');
    return t('chat.to_tag', { name: isolate(this.options.state.people.get(to)?.name ?? '…') });
  }

  /** The beginning of the message that is answered. @param {string} id */
  #quote(id) {
    const quote = h('p', { class: 'quote', dir: 'auto', 'data-reply': id });
    this.#drawQuote(quote);
    return quote;
  }

  /** What is quoted is read from the chat as it is now. @param {HTMLElement} quote */
  #drawQuote(quote) {
    const said = this.options.state.chat.find((message) => message.message === quote.dataset.reply);
    const text = said ? `${isolate(said.name)} : ${said.text.slice(0, 120)}` : t('chat.reply_gone');
    quote.replaceChildren(h('span', { class: 'visually-hidden' }, t('chat.answers')), text);
  }

  /** What can be done with a message, behind one button. @param {ChatMessage} message @param {HTMLLIElement} row */
  #more(message, row) {
    const label = t('chat.actions', { name: isolate(message.name) });
    const button = h('button', { type: 'button', class: 'icon-button more-actions', 'aria-label': label, title: label, 'aria-expanded': 'false' }, icon('more'));
    button.addEventListener('click', () => {
      const open = row.querySelector('.row-actions');
      for (const other of this.#log.querySelectorAll('.row-actions')) {
        set(find('.more-actions', HTMLButtonElement, /** @type {HTMLElement} */ (other.parentElement)), 'aria-expanded', 'false');
        other.remove();
      }
      if (open) return;
      set(button, 'aria-expanded', 'true');
      const actions = this.#actions(message);
      const first = actions.findIndex(({ timed }) => timed);
      /** @type {HTMLElement[]} */
      const shown = actions.map(({ key, run, values }) => h('button', { type: 'button', class: 'quiet', onclick: () => {
        set(button, 'aria-expanded', 'false');
        list.remove();
        button.focus();
        run();
      } }, t(key, values)));
      if (first >= 0) shown.splice(first, 0, this.#duration());
      const list = h('div', { class: 'row-actions', role: 'group', 'aria-label': label }, ...shown);
      list.addEventListener('keydown', (event) => {
        if (event.key !== 'Escape') return;
        event.stopPropagation();
        set(button, 'aria-expanded', 'false');
        list.remove();
        button.focus();
      });
      row.append(list);
      list.querySelector('button')?.focus();
      list.scrollIntoView({ block: 'nearest' });
    });
    return button;
  }

  /** For how long what follows it holds; what was chosen for somebody else is not chosen again. */
  #duration() {
    this.#forS = 0;
    const select = h('select', {}, ...TIMES.map(([seconds, key]) => h('option', { value: String(seconds) }, t(key))));
    select.addEventListener('change', () => { this.#forS = Number(select.value); });
    return h('label', { class: 'duration' }, t('chat.for'), select);
  }

  /** @param {ChatMessage} message @returns {Action[]} */
  #actions(message) {
    const { state, ask } = this.options;
    const own = message.participant === state.you;
    const them = state.people.get(message.participant);
    const { how: restraint = '', until = 0 } = state.restraints.get(message.participant) ?? {};
    /** @type {(how: string) => () => void} */
    const restrain = (how) => () => ask('restrain', { participant: message.participant, how, for_s: how ? this.#forS : 0 });
    const values = { at: until ? moment(until) : '' };
    const may = state.rights.has('chat');
    /** @type {(Action|null)[]} */
    const all = [
      may ? { key: 'chat.reply', run: () => this.#answer(message) } : null,
      may && !own && them ? { key: 'chat.write_privately', run: () => this.#writeTo(message.participant) } : null,
      own ? { key: 'chat.retract', run: () => ask('retract', { message: message.message }) } : null,
      !own && !state.isStaff ? { key: 'chat.report', run: () => ask('report', { message: message.message }) } : null,
      !own && state.isStaff && (!message.to || message.to === 'staff') ? { key: 'chat.hide', run: () => ask('hide', { message: message.message }) } : null,
      !own && state.isStaff && message.to === state.you ? { key: 'chat.report', run: () => ask('report', { message: message.message }) } : null,
    ];
    if (state.isStaff && !own && them && !isStaff(them.role)) {
      all.push(restraint === 'hold' ? { key: until ? 'chat.unhold_person_until' : 'chat.unhold_person', values, run: restrain('') } : null);
      all.push(restraint === 'mute' ? { key: until ? 'chat.unmute_person_until' : 'chat.unmute_person', values, run: restrain('') } : null);
      all.push(restraint === 'hold' ? null : { key: 'chat.hold_person', run: restrain('hold'), timed: true });
      all.push(restraint === 'mute' ? null : { key: 'chat.mute_person', run: restrain('mute'), timed: true });
    }
    return all.filter((action) => action !== null);
  }

  /** Answer a message in its own channel; null: answer nothing. @param {ChatMessage|null} message */
  #answer(message) {
    this.#replyTo = message?.message ?? '';
    this.#reply.hidden = !message;
    if (!message) {
      setText(find('#chat-reply-text', HTMLElement), '');
      return;
    }
    const { you } = this.options.state;
    const to = !message.to || message.to === 'staff' || message.participant === you ? message.to ?? '' : message.participant;
    this.#drawReaders(to);
    this.#drawMode();
    setText(find('#chat-reply-text', HTMLElement), t('chat.replying', { name: isolate(message.name), text: isolate(message.text.slice(0, 60)) }));
    this.#text.focus();
  }

  /** @param {string} participant */
  #writeTo(participant) {
    this.#answer(null);
    this.#drawReaders(participant);
    this.#drawMode();
    this.#text.focus();
  }

  /** Who can be written to now. @param {string} [chosen] */
  #drawReaders(chosen = this.#to.value) {
    const { state } = this.options;
    const { mode, isStaff: staff } = state;
    const others = state.others.filter((person) => staff || (isStaff(person.role) ? mode.to_staff : mode.private));
    others.sort((a, b) => a.name.localeCompare(b.name));
    const options = [h('option', { value: '' }, t('chat.to_all'))];
    if (staff || mode.to_staff) options.push(h('option', { value: 'staff' }, t('chat.to_staff')));
    for (const person of others) options.push(h('option', { value: person.participant }, isolate(person.name)));
    this.#to.replaceChildren(...options);
    this.#to.value = chosen;
    if (this.#to.selectedIndex < 0) this.#to.value = '';
  }

  /** What holds here, in a sentence. */
  #drawMode() {
    const { mode, isStaff: staff, restraints, you, rights } = this.options.state;
    const to = this.#to.value;
    const { how: restraint = '', until = 0 } = restraints.get(you) ?? {};
    const held = mode.hold || mode.strictness === 'hold';
    this.#form.hidden = !rights.has('chat');
    this.#form.classList.toggle('private', to !== '');
    set(this.#text, 'placeholder', t(to === '' ? 'chat.placeholder' : to === 'staff' ? 'chat.placeholder_staff' : 'chat.placeholder_private'));
    /** @type {string} */ let says = '';
    if (staff || to !== '') says = '';
    else if (restraint === 'mute') says = until ? t('chat.mode_muted_until', { at: moment(until) }) : t('chat.mode_muted');
    else if (!mode.public) says = t('chat.mode_off');
    else if (restraint === 'hold' && until && !held) says = t('chat.mode_hold_until', { at: moment(until) });
    else if (held || restraint === 'hold') says = t('chat.mode_hold');
    else if (mode.slow_s) says = t('chat.mode_slow', { n: mode.slow_s });
    setText(this.#mode, says);
  }

  #submit() {
    const text = this.#text.value.trim();
    if (!text || [...text].length > this.maximum) return;
    this.#text.value = '';
    this.#typed();
    /** @type {Address} */ const address = {};
    if (this.#to.value) address.to = this.#to.value;
    if (this.#replyTo) address.reply = this.#replyTo;
    this.#answer(null);
    void this.#send(text, this.options.key(), address);
  }

  /** A message of one's own that the room has not yet. @param {string} text @param {string} key @param {Address} address */
  #pending(text, key, address) {
    const body = h('div', { class: 'body', dir: 'auto' }, text);
    const row = this.#row(this.options.state.self?.name ?? '', this.options.state.you, Date.now(), body, address.to);
    row.classList.add('pending');
    row.classList.toggle('private', Boolean(address.to));
    row.dataset.key = key;
    this.#log.append(row);
    this.#rows.set(key, row);
    return row;
  }

  /** @param {string} text @param {string} key @param {Address} address */
  async #send(text, key, address) {
    const row = this.#pending(text, key, address);
    this.#drawEmpty();
    this.#toEnd();
    const refusal = await this.options.send(text, key, address);
    if (!refusal || !row.isConnected) return;
    row.classList.add('failed');
    const { message, next } = refusalText(refusal);
    row.append(h('p', { class: 'error', role: 'alert' }, `${message} ${next} `,
      h('button', { type: 'button', class: 'quiet', onclick: () => {
        this.#forget(key);
        void this.#send(text, this.options.key(), address);
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
    this.#older.hidden = !this.options.state.older || !this.#first();
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
