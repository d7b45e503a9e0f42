// What can be done about one person of the list: how loud, pinned, put forward, and what a host may do.

import { find, h, icon, set, setText } from './dom.js';
import { isolate, onLanguage, t } from './i18n.js';
import { popup } from './popup.js';

/** @typedef {import('./wire.js').Person} Person */
/** @typedef {{key: string, symbol: string, run: (person: Person) => void, when: (person: Person, self: boolean) => boolean, danger?: boolean}} Entry */

export class PersonMenu {
  #panel = find('#participants', HTMLElement);
  #node = h('div', { id: 'person', class: 'popup person', role: 'group' });
  #who = '';
  /** @type {HTMLButtonElement|null} */ #opener = null;
  #stop = new AbortController();
  #popup = popup(this.#node, { opener: () => this.#opener, signal: this.#stop.signal,
    onChange: () => {
      this.#opener?.setAttribute('aria-expanded', String(this.#popup.open));
      // What lies under the menu is not to be met by accident.
      find('#people-scroll', HTMLElement).inert = this.#popup.open;
    } });

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {import('./sound.js').Sound} options.sound
   * @param {Entry[]} options.entries in their order
   */
  constructor(options) {
    this.options = options;
    this.#panel.append(this.#node);
    onLanguage(() => this.#popup.show(false), this.#stop.signal);
  }

  /** @param {Person} person @param {HTMLButtonElement} opener */
  toggle(person, opener) {
    const again = this.#popup.open && this.#who === person.participant;
    this.#popup.show(false);
    if (again) return;
    this.#who = person.participant;
    this.#opener = opener;
    this.#draw(person);
    this.#popup.show(true);
    this.#put(opener);
  }

  /** Below its button, or above it where there is no room below. @param {HTMLElement} opener */
  #put(opener) {
    const panel = this.#panel.getBoundingClientRect();
    const button = opener.getBoundingClientRect();
    const below = panel.bottom - button.bottom;
    const height = this.#node.offsetHeight;
    const top = below > height + 8 ? button.bottom - panel.top : Math.max(8, button.top - panel.top - height);
    this.#node.style.setProperty('--top', `${Math.round(top)}px`);
  }

  /** @param {Person} person */
  #draw(person) {
    const { state, sound, entries } = this.options;
    const self = person.participant === state.you;
    const name = isolate(person.name);
    set(this.#node, 'aria-label', t('people.more', { name }));
    const shown = entries.filter((entry) => entry.when(person, self)).map(({ key, symbol, run, danger }) =>
      h('button', { type: 'button', class: danger ? 'entry danger-entry' : 'entry', onclick: () => {
        this.#popup.show(false, true);
        const now = state.people.get(person.participant);
        if (now) run(now);
      } }, icon(symbol), h('span', {}, t(key))));
    this.#node.replaceChildren(h('p', { class: 'person-name' }, h('bdi', {}, person.name)), ...(self ? [] : [this.#volume(person, sound)]), ...shown);
  }

  /** @param {Person} person @param {import('./sound.js').Sound} sound */
  #volume(person, sound) {
    const says = h('output', { 'aria-hidden': 'true' });
    const slider = h('input', { type: 'range', min: 0, max: 100, step: 5, id: 'person-volume', value: Math.round(sound.volume(person.participant) * 100) });
    const draw = () => {
      setText(says, `${slider.value} %`);
      set(slider, 'aria-valuetext', `${slider.value} %`);
    };
    slider.addEventListener('input', () => {
      sound.setVolume(person.participant, Number(slider.value) / 100);
      draw();
    });
    draw();
    return h('div', { class: 'volume' }, h('label', { for: 'person-volume' }, icon('sound'), h('span', {}, t('volume.of'))), slider, says);
  }

  close() {
    this.#stop.abort();
    this.#node.remove();
  }
}
