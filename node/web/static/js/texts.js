// What the room says of itself: a welcome as the first message, a word for moderators, the rules of speaking, its looks,
// a guide, and where everybody goes afterwards. Who may change it does so beside what regulates the chat.

import { dress } from './brand.js';
import { find, setText } from './dom.js';
import { t } from './i18n.js';
import { render } from './richtext.js';

/** @typedef {import('./wire.js').Texts} Said */

/** Where each text stands: its element, and what is hidden without it. */
const PLACES = /** @type {const} */ ([
  ['welcome', 'chat-welcome-text', 'chat-welcome'],
  ['staff', 'chat-staff-text', 'chat-staff'],
  ['speaking', 'people-speaking-text', 'people-speaking'],
]);

/** What is not as it should be before guests come → what is said of it. */
const RISKS = /** @type {Record<string, string>} */ ({
  title: 'risks.title', rehearsal: 'risks.rehearsal', moderators: 'risks.moderators', places: 'risks.places', comfort: 'risks.comfort', recorder: 'risks.recorder',
});
const WRITTEN = /** @type {const} */ (['welcome', 'speaking']);

export class Texts {
  /** @type {Partial<Said>} as shown */ #shown = {};
  #fields = { welcome: find('#texts-welcome', HTMLTextAreaElement), speaking: find('#texts-speaking', HTMLTextAreaElement) };
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.open open the chat
   */
  constructor(options) {
    this.options = options;
    for (const name of WRITTEN) {
      const field = this.#fields[name];
      field.addEventListener('change', () => options.ask('texts', { [name]: field.value }), { signal: this.#stop.signal });
    }
  }

  draw() {
    const { state, notices, open } = this.options;
    const said = state.texts;
    for (const [name, text, holder] of PLACES) {
      const html = said?.[name] ?? '';
      if (html !== this.#shown[name]) find(`#${text}`, HTMLElement).replaceChildren(render(html));
      find(`#${holder}`, HTMLElement).hidden = html === '';
    }
    if (said?.staff && said.staff !== this.#shown.staff) {
      const action = { key: 'texts.read', run: () => { this.read(); open(); } };
      notices.set('staff', { key: 'texts.staff_came', tone: 'info', icon: 'shield', action });
    }
    if (said?.welcome && said.welcome !== this.#shown.welcome) notices.say(t('texts.welcome_came'));
    if (said) dress(said.brand);
    this.#shown = { ...said };
    this.#drawWritten(said?.written);
    this.#drawRisks();
  }

  /** Until it was read, or the next welcome knows of none. */
  #drawRisks() {
    const { state, notices } = this.options;
    const words = state.risks.flatMap((risk) => RISKS[risk] ?? []).map((key) => t(key));
    const action = { key: 'risks.read', run: () => {
      state.risks = [];
      notices.set('risks', null);
    } };
    notices.set('risks', words.length ? { key: 'risks.banner', values: { what: words.join(', ') }, tone: 'warn', icon: 'warning', action } : null);
  }

  /** @param {import('./wire.js').Written|null|undefined} written */
  #drawWritten(written) {
    find('#texts-settings', HTMLElement).hidden = !written;
    if (!written) return;
    for (const name of WRITTEN) {
      if (document.activeElement !== this.#fields[name]) this.#fields[name].value = written[name];
    }
  }

  /** It is kept. @param {string[]} unknown placeholders that stand for nothing */
  noted(unknown) {
    setText(find('#texts-unknown', HTMLElement), unknown.length ? t('texts.unknown', { names: unknown.join(', ') }) : '');
  }

  /** The chat is open: the word for moderators is before their eyes. */
  read() {
    this.options.notices.set('staff', null);
  }

  close() {
    this.#stop.abort();
    find('#texts-settings', HTMLElement).hidden = true;
    for (const [, , holder] of PLACES) find(`#${holder}`, HTMLElement).hidden = true;
  }
}
