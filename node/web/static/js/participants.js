// Who is in the room, and what a host can do about it.

import { find, h, icon, initials, set, setIcon, setText, tint } from './dom.js';
import { isolate, onLanguage, t } from './i18n.js';

/** @typedef {import('./protocol.js').Person} Person */
/** @typedef {import('./protocol.js').Source} Source */

/** From this many people on, the list can be searched. */
const SEARCH_FROM = 8;

/**
 * @typedef {object} Row
 * @property {HTMLLIElement} node
 * @property {HTMLElement} name
 * @property {HTMLElement} tags
 * @property {HTMLElement} microphone
 * @property {HTMLElement} camera
 * @property {HTMLElement} avatar
 * @property {HTMLButtonElement} pin
 * @property {HTMLButtonElement} mute
 * @property {HTMLButtonElement} remove
 * @property {HTMLElement} hand
 * @property {HTMLButtonElement} lower
 */

export class Participants {
  #list = find('#people-list', HTMLUListElement);
  #filter = find('#people-filter', HTMLInputElement);
  #search = find('#people-search', HTMLElement);
  #heading = find('#participants-heading', HTMLElement);
  /** @type {Map<string, Row>} */ #rows = new Map();
  #scheduled = 0;

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {() => boolean} options.open is the panel on the screen
   * @param {() => string|null} options.pinned
   * @param {(participant: string|null) => void} options.pin
   * @param {(person: Person, muted: boolean) => void} options.mute
   * @param {(person: Person) => void} options.remove
   * @param {(person: Person) => void} options.lower
   */
  constructor(options) {
    this.options = options;
    this.stop = new AbortController();
    this.#filter.addEventListener('input', () => this.draw(), { signal: this.stop.signal });
    onLanguage(() => this.draw(), this.stop.signal);
  }

  opened() {
    this.draw();
    this.#heading.focus();
  }

  /** Draw once before the next frame, however often it is asked. */
  draw() {
    if (!this.options.open() || this.#scheduled) return;
    this.#scheduled = requestAnimationFrame(() => {
      this.#scheduled = 0;
      this.#draw();
    });
  }

  #draw() {
    const { state } = this.options;
    const wanted = this.#filter.value.trim().toLocaleLowerCase();
    const people = sorted([...state.people.values()], state.you, state.hands.map((hand) => hand.participant)).filter((person) => person.name.toLocaleLowerCase().includes(wanted));
    setText(this.#heading, t('people.heading', { n: state.people.size }));
    this.#search.hidden = state.people.size < SEARCH_FROM && !wanted;
    const kept = new Set(people.map((person) => person.participant));
    for (const [id, row] of this.#rows) {
      if (kept.has(id)) continue;
      row.node.remove();
      this.#rows.delete(id);
    }
    people.forEach((person, index) => {
      const row = this.#rows.get(person.participant) ?? this.#make(person.participant);
      this.#fill(row, person);
      if (this.#list.children[index] !== row.node) this.#list.insertBefore(row.node, this.#list.children[index] ?? null);
    });
  }

  /** @param {string} id @returns {Row} */
  #make(id) {
    const person = () => this.options.state.people.get(id);
    const pin = this.#button('pin', () => this.options.pin(this.options.pinned() === id ? null : id));
    const mute = this.#button('mic-off', () => {
      const now = person();
      if (now) this.options.mute(now, !now.blocked.includes('microphone'));
    });
    const remove = this.#button('remove', () => {
      const now = person();
      if (now) this.options.remove(now);
    });
    const lower = this.#button('hand', () => {
      const now = person();
      if (now) this.options.lower(now);
    });
    const hand = h('span', { class: 'hand', hidden: true }, icon('hand'), h('span'));
    const name = h('bdi', { class: 'name' });
    const tags = h('span', { class: 'tags' });
    const microphone = h('span', { class: 'state', role: 'img' }, icon('mic'));
    const camera = h('span', { class: 'state', role: 'img' }, icon('camera'));
    const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-tint': tint(id) });
    const node = h('li', { 'data-participant': id }, avatar,
      h('span', { class: 'who' }, h('span', { class: 'name-line' }, hand, name), h('span', { class: 'facts-line' }, microphone, camera, tags)),
      h('span', { class: 'actions' }, lower, pin, mute, remove));
    const row = { node, name, tags, microphone, camera, avatar, pin, mute, remove, hand, lower };
    this.#rows.set(id, row);
    return row;
  }

  /** @param {string} symbol @param {() => void} run */
  #button(symbol, run) {
    return h('button', { type: 'button', class: 'icon-button', onclick: run }, icon(symbol));
  }

  /** @param {Row} row @param {Person} person */
  #fill(row, person) {
    const { state } = this.options;
    const self = person.participant === state.you;
    const name = isolate(person.name);
    setText(row.name, person.name);
    setText(row.avatar, initials(person.name));
    const tags = tagsOf(person, self).join(' · ');
    setText(row.tags, tags);
    set(row.tags, 'title', tags || null);
    row.node.classList.toggle('away', person.state === 'away');
    row.node.classList.toggle('speaking', state.loudness(person.participant, performance.now()) > 0);
    const blocked = person.blocked.includes('microphone');
    const on = person.publishing.includes('microphone');
    label(row.microphone, blocked ? 'mic-lock' : on ? 'mic' : 'mic-off', t(blocked ? 'people.mic_blocked' : on ? 'people.mic_on' : 'people.mic_off'));
    row.microphone.classList.toggle('off', blocked || !on);
    const seen = person.publishing.includes('camera');
    label(row.camera, seen ? 'camera' : 'camera-off', t(seen ? 'people.camera_on' : 'people.camera_off'));
    row.camera.classList.toggle('off', !seen);
    const turn = state.handOf(person.participant);
    row.hand.hidden = turn === 0;
    row.node.classList.toggle('asks', turn > 0);
    setText(find('span', HTMLElement, row.hand), turn ? String(turn) : '');
    set(row.hand, 'role', turn ? 'img' : null);
    set(row.hand, 'aria-label', turn ? t('hand.turn', { n: turn }) : null);
    row.lower.hidden = turn === 0 || !(state.isHost || self);
    label(row.lower, 'hand', t('hand.lower', { name }));
    const pinned = this.options.pinned() === person.participant;
    set(row.pin, 'aria-pressed', String(pinned));
    label(row.pin, 'pin', t(pinned ? 'room.unpin' : 'room.pin', { name }));
    row.mute.hidden = row.remove.hidden = !state.isHost || self;
    label(row.mute, blocked ? 'mic' : 'mic-off', t(blocked ? 'people.unmute' : 'people.mute', { name }));
    label(row.remove, 'remove', t('people.remove', { name }));
  }

  /** Only who speaks: called several times a second. */
  levels() {
    if (!this.options.open()) return;
    for (const [id, row] of this.#rows) {
      row.node.classList.toggle('speaking', this.options.state.loudness(id, performance.now()) > 0);
    }
  }

  close() {
    this.stop.abort();
    cancelAnimationFrame(this.#scheduled);
    this.#list.replaceChildren();
    this.#filter.value = '';
  }
}

/** @param {HTMLElement} holder @param {string} symbol @param {string} text */
function label(holder, symbol, text) {
  setIcon(holder, symbol);
  set(holder, 'aria-label', text);
  set(holder, 'title', text);
}

/** @param {Person} person @param {boolean} self @returns {string[]} */
function tagsOf(person, self) {
  return [
    self ? t('people.you') : '',
    person.role === 'host' ? t('people.host') : '',
    person.state === 'away' ? t('people.away') : person.state === 'joining' ? t('people.joining') : '',
    person.publishing.includes('screen') ? t('people.sharing') : '',
  ].filter(Boolean);
}

/**
 * You first, then who asks to speak in the order of asking, then hosts, then by name.
 * @param {Person[]} people
 * @param {string} you
 * @param {string[]} [hands]
 */
export function sorted(people, you, hands = []) {
  const turn = new Map(hands.map((participant, index) => [participant, index - hands.length]));
  /** @param {Person} person */
  const rank = (person) => (person.participant === you ? -hands.length - 1 : turn.get(person.participant) ?? (person.role === 'host' ? 1 : 2));
  const collator = new Intl.Collator(undefined, { sensitivity: 'base', numeric: true });
  return people.sort((a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name));
}
