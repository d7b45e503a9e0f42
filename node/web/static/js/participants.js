// Who is in the room. What can be done about a person is in person.js.

import { find, h, icon, initials, set, setIcon, setText, tint } from './dom.js';
import { isolate, language, onLanguage, t } from './i18n.js';
import { List } from './list.js';

/** @typedef {import('./wire.js').Person} Person */

/** From this many people on, the list can be searched. */
const SEARCH_FROM = 8;
/** Height of a row, px (css/panels.css). */
const ROW = 60;

/**
 * @typedef {object} Row
 * @property {HTMLLIElement} node
 * @property {HTMLElement} name
 * @property {HTMLElement} tags
 * @property {HTMLElement} microphone
 * @property {HTMLElement} camera
 * @property {HTMLElement} avatar
 * @property {HTMLButtonElement} mute
 * @property {HTMLButtonElement} more
 * @property {HTMLElement} hand
 * @property {string} drawn what it shows beside the person
 * @property {Person} [person] as it shows them
 */

export class Participants {
  #filter = find('#people-filter', HTMLInputElement);
  #search = find('#people-search', HTMLElement);
  #heading = find('#participants-heading', HTMLElement);
  /** @type {List<Person, Row>} */ #list;
  /** @type {Person[]} as sorted last: sorting what is nearly in order costs next to nothing */ #order = [];
  /** By what else they were sorted. */ #how = '';
  #scheduled = 0;

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {() => boolean} options.open is the panel on the screen
   * @param {(person: Person, muted: boolean) => void} options.mute
   * @param {(person: Person, button: HTMLButtonElement) => void} options.more what can be done about a person
   * @param {(participant: string) => boolean} options.isForward
   */
  constructor(options) {
    this.options = options;
    this.stop = new AbortController();
    this.#list = new List({ scroller: find('#people-scroll', HTMLElement), list: find('#people-list', HTMLElement), height: ROW,
      key: (person) => person.participant, make: (person) => this.#make(person.participant), node: (row) => row.node,
      fill: (row, person) => this.#fill(row, person) });
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
    const hands = state.hands.map((hand) => hand.participant);
    const how = [state.you, language(), ...hands].join();
    this.#order = (how === this.#how && mended(this.#order, state.people, state.you, hands, language()))
      || sorted(again(this.#order, state.people), state.you, hands, language());
    this.#how = how;
    setText(this.#heading, t('people.heading', { n: state.people.size }));
    this.#search.hidden = state.people.size < SEARCH_FROM && !wanted;
    this.#list.draw(wanted ? this.#order.filter((person) => person.name.toLocaleLowerCase().includes(wanted)) : this.#order);
  }

  /** @param {string} id @returns {Row} */
  #make(id) {
    const person = () => this.options.state.people.get(id);
    const mute = h('button', { type: 'button', class: 'icon-button', onclick: () => {
      const now = person();
      if (now) this.options.mute(now, !now.blocked.includes('microphone'));
    } }, icon('mic-off'));
    const more = h('button', { type: 'button', class: 'icon-button', 'aria-haspopup': 'true', onclick: () => {
      const now = person();
      if (now) this.options.more(now, more);
    } }, icon('more'));
    const hand = h('span', { class: 'hand', hidden: true }, icon('hand'), h('span'));
    const name = h('bdi', { class: 'name' });
    const tags = h('span', { class: 'tags' });
    const microphone = h('span', { class: 'state', role: 'img' }, icon('mic'));
    const camera = h('span', { class: 'state', role: 'img' }, icon('camera'));
    const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true', 'data-tint': tint(id) });
    const node = h('li', { 'data-participant': id }, avatar,
      h('span', { class: 'who' }, h('span', { class: 'name-line' }, hand, name), h('span', { class: 'facts-line' }, microphone, camera, tags)),
      h('span', { class: 'actions' }, mute, more));
    return { node, name, tags, microphone, camera, avatar, mute, more, hand, drawn: '' };
  }

  /** @param {Row} row @param {Person} person */
  #fill(row, person) {
    const { state } = this.options;
    const self = person.participant === state.you;
    const turn = state.handOf(person.participant);
    const forward = this.options.isForward(person.participant);
    row.node.classList.toggle('speaking', state.loudness(person.participant, performance.now()) > 0);
    const drawn = `${turn} ${forward} ${self} ${state.isHost} ${language()}`;
    if (row.person === person && row.drawn === drawn) return;
    Object.assign(row, { person, drawn });
    const name = isolate(person.name);
    setText(row.name, person.name);
    set(row.name, 'title', person.name);
    setText(row.avatar, initials(person.name));
    const tags = [...tagsOf(person, self), forward ? t('spotlight.tag') : ''].filter(Boolean).join(' · ');
    setText(row.tags, tags);
    set(row.tags, 'title', tags || null);
    row.node.classList.toggle('away', person.state === 'away');
    const blocked = person.blocked.includes('microphone');
    const on = person.publishing.includes('microphone');
    label(row.microphone, blocked ? 'mic-lock' : on ? 'mic' : 'mic-off', t(blocked ? 'people.mic_blocked' : on ? 'people.mic_on' : 'people.mic_off'));
    row.microphone.classList.toggle('off', blocked || !on);
    const seen = person.publishing.includes('camera');
    label(row.camera, seen ? 'camera' : 'camera-off', t(seen ? 'people.camera_on' : 'people.camera_off'));
    row.camera.classList.toggle('off', !seen);
    row.hand.hidden = turn === 0;
    setText(find('span', HTMLElement, row.hand), turn ? String(turn) : '');
    set(row.hand, 'role', turn ? 'img' : null);
    set(row.hand, 'aria-label', turn ? t('hand.turn', { n: turn }) : null);
    row.mute.hidden = !state.isHost || self;
    label(row.mute, blocked ? 'mic' : 'mic-off', t(blocked ? 'people.unmute' : 'people.mute', { name }));
    label(row.more, 'more', t('people.more', { name }));
  }

  /** Only who speaks: called several times a second. */
  levels() {
    if (!this.options.open()) return;
    for (const [id, row] of this.#list.shown()) {
      row.node.classList.toggle('speaking', this.options.state.loudness(id, performance.now()) > 0);
    }
  }

  close() {
    this.stop.abort();
    cancelAnimationFrame(this.#scheduled);
    this.#list.close();
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
    person.role === 'participant' ? '' : t(`people.${person.role}`),
    person.state === 'away' ? t('people.away') : person.state === 'joining' ? t('people.joining') : '',
    person.publishing.includes('screen') ? t('people.sharing') : '',
  ];
}

/** Everybody who is there, in the order of `before` as far as they were there then. @param {Person[]} before @param {Map<string, Person>} people */
export function again(before, people) {
  const known = new Set(before.map((person) => person.participant));
  const stayed = before.flatMap((person) => people.get(person.participant) ?? []);
  return [...stayed, ...[...people.values()].filter((person) => !known.has(person.participant))];
}

/** @type {Map<string, Intl.Collator>} */
const COLLATORS = new Map();

/** More that changed than this are sorted together. */
const FEW = 64;

/**
 * `before`, which was sorted, with who came, went or changed since in their places; null where that is not the quicker way.
 * @param {Person[]} before
 * @param {Map<string, Person>} people
 * @param {string} you
 * @param {string[]} hands
 * @param {string} tongue
 * @returns {Person[]|null}
 */
export function mended(before, people, you, hands, tongue) {
  const compare = comparing(you, hands, tongue);
  /** @type {Person[]} */ const order = [];
  /** @type {Person[]} */ const moved = [];
  let stayed = 0;
  for (const was of before) {
    const now = people.get(was.participant);
    if (!now) continue;
    stayed += 1;
    if (now === was || (now.name === was.name && now.role === was.role)) order.push(now);
    else moved.push(now);
  }
  if (stayed < people.size) {
    const known = new Set(before.map((person) => person.participant));
    for (const person of people.values()) if (!known.has(person.participant)) moved.push(person);
  }
  if (moved.length > FEW) return null;
  for (const person of moved) {
    let [low, high] = [0, order.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (compare(/** @type {Person} */ (order[middle]), person) <= 0) low = middle + 1;
      else high = middle;
    }
    order.splice(low, 0, person);
  }
  return order;
}

/**
 * You first, then who asks to speak in the order of asking, then hosts, then by name.
 * @param {Person[]} people
 * @param {string} you
 * @param {string[]} [hands]
 * @param {string} [tongue]
 */
export function sorted(people, you, hands = [], tongue = 'fr') {
  return people.sort(comparing(you, hands, tongue));
}

/** @param {string} you @param {string[]} hands @param {string} tongue @returns {(a: Person, b: Person) => number} */
function comparing(you, hands, tongue) {
  const turn = new Map(hands.map((participant, index) => [participant, index - hands.length]));
  /** @param {Person} person */
  const rank = (person) => (person.participant === you ? -hands.length - 1 : turn.get(person.participant) ?? (person.role === 'host' ? 1 : 2));
  const collator = COLLATORS.get(tongue) ?? new Intl.Collator(tongue, { sensitivity: 'base', numeric: true });
  COLLATORS.set(tongue, collator);
  return (a, b) => rank(a) - rank(b) || collator.compare(a.name, b.name);
}
