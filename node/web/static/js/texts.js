// What the room says of itself: a welcome as the first message, a word for moderators, the rules of speaking, its looks,
// a guide, and where everybody goes afterwards.

import { dress } from './brand.js';
import { find } from './dom.js';
import { t } from './i18n.js';
import { render } from './richtext.js';

/** @typedef {import('./wire.js').Texts} Said */

/** Where each text stands: its element, and what is hidden without it. */
const PLACES = /** @type {const} */ ([
  ['welcome', 'chat-welcome-text', 'chat-welcome'],
  ['staff', 'chat-staff-text', 'chat-staff'],
  ['speaking', 'people-speaking-text', 'people-speaking'],
]);

export class Texts {
  /** @type {Partial<Said>} as shown */ #shown = {};

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.open open the chat
   */
  constructor(options) {
    this.options = options;
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
  }

  /** The chat is open: the word for moderators is before their eyes. */
  read() {
    this.options.notices.set('staff', null);
  }

  close() {
    for (const [, , holder] of PLACES) find(`#${holder}`, HTMLElement).hidden = true;
  }
}
