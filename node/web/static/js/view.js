// How this person sees the room: gallery, speaker, presentation, a pin; what the hosts show everybody; and showing it.

import { find, h, icon, set } from './dom.js';
import { isolate, onLanguage, t } from './i18n.js';
import { popup } from './popup.js';

/** @typedef {import('./layout.js').View} Layout */

const REMEMBERED = 'regie.view';
/** Each has its symbol, its word `view.<name>` and its sentence `view.now_<name>`. @type {Record<Layout, string>} */
const LAYOUTS = { auto: 'grid', gallery: 'gallery', speaker: 'speaker', presentation: 'presentation' };
/** @type {readonly Layout[]} */
export const NAMES = /** @type {Layout[]} */ (Object.keys(LAYOUTS));

/** @param {string} name @returns {string} */
export const symbolOf = (name) => LAYOUTS[/** @type {Layout} */ (name)] ?? LAYOUTS.auto;

export class View {
  /** @type {string|null} */ pinned = null;
  /** @type {Layout} */ layout = remembered();
  #stop = new AbortController();
  #node = h('div', { id: 'views', class: 'popup views', role: 'group' });
  #popup = popup(this.#node, { opener: () => document.querySelector('#control-view:not([hidden])'), onOpen: () => this.#attach(),
    onChange: () => this.options.onChange(), signal: this.#stop.signal });

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.onChange to be drawn again
   */
  constructor(options) {
    this.options = options;
    onLanguage(() => this.draw(), this.#stop.signal);
  }

  /** The bar is made after this. */
  #attach() {
    find('#controls .group:nth-child(2)', HTMLElement).append(this.#node);
    this.draw();
  }

  get open() {
    return this.#popup.open;
  }

  toggle() {
    this.#popup.show(!this.open, true);
  }

  /** @param {Layout} layout */
  choose(layout) {
    this.layout = layout;
    localStorage.setItem(REMEMBERED, layout);
    this.options.notices.say(t(`view.now_${layout}`));
    this.options.onChange();
    this.draw();
  }

  /** @param {string|null} participant */
  pin(participant) {
    this.pinned = participant;
    const person = this.options.state.people.get(participant ?? '');
    this.options.notices.say(person ? t('room.pinned', { name: isolate(person.name) }) : t('room.unpinned'));
    this.options.onChange();
  }

  /** @param {string} participant @returns {boolean} the hosts put this person forward */
  isForward(participant) {
    return this.options.state.showing.spotlight.includes(participant);
  }

  /** A host puts somebody forward for everybody, or no more. @param {string} participant */
  spotlight(participant) {
    const { state, ask } = this.options;
    const others = state.showing.spotlight.filter((each) => each !== participant);
    ask('show', { spotlight: this.isForward(participant) ? others : [...others, participant] });
  }

  /** The hosts changed what everybody is shown; the person may look otherwise afterwards. @param {import('./wire.js').Showing} before */
  shown(before) {
    const { state, notices } = this.options;
    const { view, spotlight } = state.showing;
    if (view && view !== before.view) {
      this.layout = view;
      notices.toast(t('view.pushed', { view: t(`view.${view}`) }));
    }
    const fresh = spotlight.filter((each) => !before.spotlight.includes(each));
    for (const participant of fresh) {
      const person = state.people.get(participant);
      if (person) notices.toast(participant === state.you ? t('spotlight.you') : t('spotlight.of', { name: isolate(person.name) }));
    }
    this.draw();
    this.options.onChange();
  }

  /** Who comes in sees what is shown to everybody. */
  welcomed() {
    this.layout = this.options.state.showing.view || remembered();
    this.draw();
  }

  draw() {
    const { state, ask } = this.options;
    const pushed = state.showing.view;
    const leads = state.rights.has('moderate');
    set(this.#node, 'aria-label', t('view.title'));
    const rows = NAMES.map((name) => h('label', { class: 'entry' },
      h('input', { type: 'radio', name: 'view', value: name, checked: name === this.layout, onchange: () => this.choose(name) }),
      icon(LAYOUTS[name]), h('span', {}, t(`view.${name}`))));
    const button = (/** @type {string} */ key, /** @type {() => void} */ run) => h('button', { type: 'button', class: 'quiet', onclick: () => {
      run();
      this.#popup.show(false, true);
    } }, t(key));
    const says = pushed ? h('p', { class: 'help' }, t('view.pushed', { view: t(`view.${pushed}`) })) : null;
    const follow = pushed && pushed !== this.layout && !leads ? button('view.follow', () => this.choose(pushed)) : null;
    const push = leads && pushed !== this.layout ? button('view.push', () => ask('show', { view: this.layout })) : null;
    const free = leads && pushed ? button('view.free', () => ask('show', { view: '' })) : null;
    const focused = this.#node.contains(document.activeElement);
    this.#node.replaceChildren(...rows, ...[says, follow, push, free].filter((each) => each !== null));
    if (focused) find('input:checked', HTMLInputElement, this.#node).focus();
  }

  close() {
    this.#stop.abort();
    this.#node.remove();
  }
}

/** @returns {Layout} */
function remembered() {
  const kept = localStorage.getItem(REMEMBERED);
  return NAMES.find((name) => name === kept) ?? 'auto';
}
