// The bar of commands, its menu, and the panels that it opens.

import { find, h, icon, set, setIcon, setText } from './dom.js';
import { change, language, onLanguage, t } from './i18n.js';
import { KEYS } from './keys.js';

/** @typedef {"chat"|"participants"} Panel */
/** @typedef {import('./keys.js').Action} Action */

/**
 * What a button shows now.
 * @typedef {object} Face
 * @property {string} symbol
 * @property {string} label what a press does, in full
 * @property {string} [word] under the icon
 * @property {boolean} [off] drawn as switched off
 * @property {boolean} [on] drawn as active
 * @property {boolean} [hidden]
 * @property {boolean} [expanded] for a button that opens something
 * @property {number} [badge]
 */

/** @typedef {{key: string, symbol: string, run: () => void}} MenuEntry */

/** The buttons in their order; `menu`: on a small screen it is found in the menu instead. */
const BUTTONS = /** @type {const} */ ([
  { name: 'microphone' },
  { name: 'camera' },
  { name: 'screen', menu: true },
  { name: 'hand', menu: true },
  { name: 'react', menu: true },
  { name: 'chat' },
  { name: 'participants' },
  { name: 'view', menu: true },
  { name: 'menu' },
  { name: 'leave' },
]);

/** @typedef {(typeof BUTTONS)[number]["name"]} Name */

/** Where a panel lies over everything else (css/panels.css). */
const NARROW = '(max-width: 859px)';
const BEHIND = ['#room .topbar', '#banners', '#tiles', '#room .bar'];

export class Controls {
  #bar = find('#controls', HTMLElement);
  /** @type {Map<Name, HTMLButtonElement>} */ #buttons = new Map();
  #menu = h('div', { id: 'menu', class: 'popup', hidden: true });
  /** @type {Panel|null} */ panel = null;
  #stop = new AbortController();
  #narrow = matchMedia(NARROW);

  /**
   * @param {object} options
   * @param {Record<Exclude<Name, "menu">, () => void>} options.press
   * @param {(name: Name) => Face} options.face
   * @param {() => MenuEntry[]} options.menu further entries of the menu, as it is opened
   * @param {(panel: Panel|null) => void} options.onPanel
   */
  constructor(options) {
    this.options = options;
    for (const { name } of BUTTONS) {
      const button = h('button', { type: 'button', class: `control ${name}`, id: `control-${name}`, onclick: () => this.#press(name) },
        h('span', { class: 'disc' }, icon('mic'), h('span', { class: 'badge', hidden: true, 'aria-hidden': 'true' })),
        h('span', { class: 'word' }));
      if (name in KEYS) set(button, 'aria-keyshortcuts', KEYS[/** @type {Action} */ (name)].toUpperCase());
      this.#buttons.set(name, button);
    }
    const group = (/** @type {Name[]} */ ...names) => h('div', { class: 'group' }, ...names.map((name) => this.#buttons.get(name)));
    this.#bar.replaceChildren(group('microphone', 'camera', 'screen', 'hand', 'react'), group('chat', 'participants', 'view', 'menu'), group('leave'));
    this.#bar.children[1]?.append(this.#menu);
    set(this.#buttons.get('menu') ?? this.#bar, 'aria-controls', 'menu');
    for (const panel of /** @type {const} */ (['chat', 'participants'])) {
      const aside = find(`#${panel}`, HTMLElement);
      aside.hidden = true;
      set(this.#buttons.get(panel) ?? this.#bar, 'aria-controls', panel);
      find('.panel-close', HTMLButtonElement, aside).addEventListener('click', () => this.open(null), { signal: this.#stop.signal });
    }
    const { signal } = this.#stop;
    addEventListener('keydown', (event) => this.#escape(event), { signal });
    addEventListener('pointerdown', (event) => {
      if (event.target instanceof Node && !this.#menu.contains(event.target) && !this.#buttons.get('menu')?.contains(event.target)) this.#showMenu(false);
    }, { signal });
    this.#narrow.addEventListener('change', () => this.#cover(), { signal });
    onLanguage(() => this.draw(), signal);
  }

  /** @param {Name} name */
  #press(name) {
    if (name === 'menu') this.#showMenu(this.#menu.hidden);
    else this.options.press[name]();
  }

  /** @param {KeyboardEvent} event */
  #escape(event) {
    if (event.key !== 'Escape' || document.querySelector('dialog[open]')) return;
    if (!this.#menu.hidden) {
      this.#showMenu(false);
      this.#buttons.get('menu')?.focus();
    } else if (this.panel) this.open(null);
  }

  /** @param {boolean} shown */
  #showMenu(shown) {
    this.#menu.hidden = !shown;
    if (shown) {
      const moved = BUTTONS.flatMap((entry) => ('menu' in entry ? [entry.name] : []))
        .filter((name) => !this.options.face(name).hidden)
        .map((name) => this.#entry(this.options.face(name).symbol, this.options.face(name).label, 'only-small', () => this.#press(name)));
      const rest = this.options.menu().map(({ key, symbol, run }) => this.#entry(symbol, t(key), '', run));
      const other = language() === 'fr' ? 'en' : 'fr';
      const tongue = this.#entry('globe', other === 'fr' ? 'Français' : 'English', '', () => void change(other));
      tongue.lang = other;
      this.#menu.replaceChildren(...moved, ...rest, tongue);
      [...this.#menu.querySelectorAll('button')].find((button) => button.offsetParent)?.focus();
    }
    this.draw();
  }

  /** @param {string} symbol @param {string} text @param {string} kind @param {() => void} run */
  #entry(symbol, text, kind, run) {
    return h('button', { type: 'button', class: `entry ${kind}`, onclick: () => {
      this.#showMenu(false);
      this.#buttons.get('menu')?.focus();
      run();
    } }, icon(symbol), h('span', {}, text));
  }

  /** @param {Panel} panel */
  toggle(panel) {
    this.open(this.panel === panel ? null : panel);
  }

  /** @param {Panel|null} panel */
  open(panel) {
    const before = this.panel;
    this.panel = panel;
    for (const name of /** @type {const} */ (['chat', 'participants'])) find(`#${name}`, HTMLElement).hidden = name !== panel;
    document.body.classList.toggle('with-panel', panel !== null);
    this.#cover();
    if (!panel && before) this.#buttons.get(before)?.focus();
    this.options.onPanel(panel);
    this.draw();
  }

  /** What a panel covers on a small screen has no focus to give (WCAG 2.4.11). */
  #cover() {
    const covered = this.panel !== null && this.#narrow.matches;
    for (const what of BEHIND) find(what, HTMLElement).inert = covered;
  }

  draw() {
    for (const [name, button] of this.#buttons) {
      const face = this.options.face(name);
      button.hidden = Boolean(face.hidden);
      setIcon(button, face.symbol);
      button.classList.toggle('off', Boolean(face.off));
      button.classList.toggle('on', Boolean(face.on));
      const key = name in KEYS ? ` (${KEYS[/** @type {Action} */ (name)].toUpperCase()})` : '';
      const badge = face.badge ?? 0;
      set(button, 'aria-label', badge ? `${face.label}, ${t('chat.unread', { n: badge })}` : face.label);
      set(button, 'title', face.label + key);
      if (name === 'menu') set(button, 'aria-expanded', String(!this.#menu.hidden));
      else if (face.expanded !== undefined) set(button, 'aria-expanded', String(face.expanded));
      setText(find('.word', HTMLElement, button), face.word ?? '');
      const holder = find('.badge', HTMLElement, button);
      holder.hidden = badge === 0;
      setText(holder, badge > 99 ? '99+' : String(badge));
    }
  }

  close() {
    this.#stop.abort();
    for (const name of ['chat', 'participants']) find(`#${name}`, HTMLElement).hidden = true;
    document.body.classList.remove('with-panel');
    this.panel = null;
    this.#cover();
    this.#bar.replaceChildren();
  }
}

/**
 * Ask before something that cannot be undone.
 * @param {string} title
 * @param {string} text
 * @param {string} yes
 * @returns {Promise<boolean>}
 */
export async function confirm(title, text, yes) {
  return (await confirmWith(title, text, yes, '')) !== null;
}

/**
 * The same with something that may go with it.
 * @param {string} title
 * @param {string} text
 * @param {string} yes
 * @param {string} choice "": there is none
 * @returns {Promise<boolean | null>} whether it was chosen; null: no
 */
export function confirmWith(title, text, yes, choice) {
  const dialog = find('#confirm', HTMLDialogElement);
  setText(find('#confirm-heading', HTMLElement), title);
  setText(find('#confirm-text', HTMLElement), text);
  setText(find('#confirm-yes', HTMLElement), yes);
  const also = find('#confirm-choice', HTMLElement), box = find('#confirm-choice input', HTMLInputElement);
  also.hidden = choice === '';
  box.checked = false;
  setText(find('#confirm-choice span', HTMLElement), choice);
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'yes' ? box.checked : null), { once: true });
  });
}
