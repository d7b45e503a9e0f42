// Raised hands and reactions: one's own, and what the room is told of them.

import { find, h, icon, setText } from './dom.js';
import { isolate, onLanguage, t } from './i18n.js';

/** @typedef {import('./wire.js').Reaction} Reaction */
/** @typedef {import('./wire.js').Tally} Tally */

/** @type {readonly Reaction[]} each has its symbol `react-<name>`: not every machine has the letters for them */
const REACTIONS = Object.freeze(['clap', 'yes', 'no', 'heart', 'laugh', 'wow']);
/** A reaction rises for so long, ms; and so many at once at most. */
const RISE_MS = 2600;
const RISING = 24;
/** A screen reader is told of reactions together, ms. */
const TELL_MS = 4000;

export class Hands {
  #holder = h('div', { class: 'applause', 'aria-hidden': 'true' });
  #popup = h('div', { id: 'reactions', class: 'popup reactions', hidden: true, role: 'group' });
  /** @type {Map<Reaction, number>} */ #untold = new Map();
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #telling;
  /** @type {Set<ReturnType<typeof setTimeout>>} */ #rising = new Set();
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.onChange
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    find('#tiles', HTMLElement).append(this.#holder);
    find('#controls', HTMLElement).append(this.#popup);
    find('#hands-lower', HTMLButtonElement).addEventListener('click', () => options.ask('lower'), { signal });
    addEventListener('keydown', (event) => {
      if (event.key !== 'Escape' || this.#popup.hidden) return;
      event.stopImmediatePropagation();
      this.show(false, true);
    }, { signal, capture: true });
    addEventListener('pointerdown', (event) => {
      const inside = event.target instanceof Element && event.target.closest('#reactions, #control-react');
      if (!inside) this.show(false);
    }, { signal });
    onLanguage(() => this.draw(), signal);
  }

  get up() {
    return this.options.state.handOf(this.options.state.you) > 0;
  }

  get choosing() {
    return !this.#popup.hidden;
  }

  toggle() {
    this.options.ask('hand', { up: !this.up });
  }

  /** @param {boolean} shown @param {boolean} [back] give the focus back */
  show(shown, back = false) {
    if (this.#popup.hidden === !shown) return;
    this.#popup.hidden = !shown;
    this.options.onChange();
    if (shown) this.#popup.querySelector('button')?.focus();
    else if (back) find('#control-react', HTMLButtonElement).focus();
  }

  draw() {
    const { state } = this.options;
    this.#popup.setAttribute('aria-label', t('react.title'));
    this.#popup.replaceChildren(...REACTIONS.map((reaction) =>
      h('button', { type: 'button', class: 'icon-button', 'aria-label': t(`react.${reaction}`), title: t(`react.${reaction}`), onclick: () => {
        this.options.ask('react', { reaction });
        this.show(false, true);
      } }, icon(`react-${reaction}`))));
    const button = find('#hands-lower', HTMLButtonElement);
    button.hidden = !state.isHost || state.hands.length === 0;
    setText(button, t('hand.lower_all', { n: state.hands.length }));
  }

  /** @param {string[]} before who had the hand up */
  changed(before) {
    const { state, notices } = this.options;
    const had = before.includes(state.you);
    if (had !== this.up) notices.say(this.up ? t('hand.is_up', { n: state.handOf(state.you) }) : t('hand.is_down'));
    for (const { participant } of state.isHost ? state.hands : []) {
      const person = state.people.get(participant);
      if (person && participant !== state.you && !before.includes(participant)) notices.gather('hand.of', isolate(person.name));
    }
    this.draw();
  }

  /** @param {Tally[]} tallies */
  given(tallies) {
    for (const { reaction, count } of tallies) {
      if (!REACTIONS.includes(reaction)) continue;
      this.#untold.set(reaction, (this.#untold.get(reaction) ?? 0) + count);
      for (let n = 0; n < Math.min(count, 6); n += 1) this.#rise(reaction);
    }
    this.#telling ??= setTimeout(() => this.#tell(), TELL_MS);
  }

  #tell() {
    this.#telling = undefined;
    const told = [...this.#untold].map(([reaction, n]) => `${t(`react.${reaction}`)} × ${n}`);
    this.#untold.clear();
    this.options.notices.say(told.join(', '));
  }

  /** @param {Reaction} reaction */
  #rise(reaction) {
    if (this.#holder.children.length >= RISING) return;
    const node = h('span', {}, icon(`react-${reaction}`));
    node.style.setProperty('--at', `${8 + Math.random() * 84}%`);
    node.style.setProperty('--late', `${Math.round(Math.random() * 350)}ms`);
    this.#holder.append(node);
    const timer = setTimeout(() => {
      node.remove();
      this.#rising.delete(timer);
    }, RISE_MS + 400);
    this.#rising.add(timer);
  }

  close() {
    this.#stop.abort();
    clearTimeout(this.#telling);
    for (const timer of this.#rising) clearTimeout(timer);
    this.#holder.remove();
    this.#popup.remove();
  }
}
