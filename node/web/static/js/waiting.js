// Before the door: why one waits, for how long, what the hosts have to say; and in, when the node says so.

import { brandName, dress } from './brand.js';
import { find, set, setText } from './dom.js';
import { clock, isolate, onLanguage, t } from './i18n.js';
import { Protocol, backoff } from './protocol.js';
import { RefusedError } from './request.js';
import { render } from './richtext.js';

/** @typedef {import('./ended.js').Ending} Ending */
/** @typedef {import('./join.js').Choice} Choice */
/** @typedef {"early"|"start"|"lobby"|"full"|""} Why */

/** Refusals of a join by which one waits. */
export const WAITS = new Set(['LOBBY', 'ROOM_EARLY', 'ROOM_NOT_STARTED']);
/** The node pushes; should that be lost, one try after the hour, ms. */
const AFTER_THE_HOUR_MS = 3000;

export class Waiting {
  #stop = new AbortController();
  /** @type {ReturnType<typeof setInterval>|undefined} */ #ticking;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #retry;
  #attempt = 0;
  #over = false;
  /** @type {Why} */ #why = 'lobby';
  #title = '';
  #session = '';
  /** When the room opens, ms of this page's own clock. */
  #opens = 0;

  /**
   * @param {object} options
   * @param {string} options.room
   * @param {string} options.ticket
   * @param {string} options.language
   * @param {Choice} options.choice
   * @param {string|null} options.session of a place in the queue to come back to
   * @param {(session: string) => void} options.onSession to be remembered for a reload
   * @param {(session: string) => void} options.onAdmitted
   * @param {(ending: Ending) => void} options.onEnd
   */
  constructor(options) {
    this.options = options;
    const { room, ticket, language } = options;
    this.protocol = new Protocol({ origin: location.origin, room, ticket, language, on: {
      message: (message) => this.#message(message),
      connection: (state) => find('#wait-link', HTMLElement).toggleAttribute('hidden', state !== 'waiting'),
      rejoin: () => void this.#again(),
      ended: (cause, why) => this.#end({ kind: cause, why }),
      refused: () => {},
    } });
    this.protocol.password = options.choice.password ?? '';
  }

  /** Take a place in the queue; throws RefusedError. */
  async begin() {
    await this.protocol.wait({ name: this.options.choice.name, session: this.options.session });
    this.#taken();
    const { signal } = this.#stop;
    find('#wait-leave', HTMLButtonElement).addEventListener('click', () => void this.#leave(), { signal });
    addEventListener('pagehide', () => this.protocol.away(), { signal });
    addEventListener('online', () => this.protocol.wake(), { signal });
    onLanguage(() => this.#draw(), signal);
    this.#ticking = setInterval(() => this.#tick(), 1000);
    this.#draw();
    this.protocol.connect();
  }

  #taken() {
    this.#session = this.protocol.session;
    this.options.onSession(this.#session);
  }

  /** @param {any} message */
  #message(message) {
    if (message.type === 'admitted') {
      this.close();
      this.options.onAdmitted(this.#session);
    }
    if (message.type !== 'lobby') return;
    this.#attempt = 0;
    this.#why = message.why;
    this.#title = message.room.title;
    dress(message.brand);
    this.#opens = message.opens_in_s ? performance.now() + message.opens_in_s * 1000 : 0;
    for (const part of /** @type {const} */ (['agenda', 'message'])) {
      find(`#wait-${part}`, HTMLElement).replaceChildren(render(message[part]));
      find(`#wait-${part}-box`, HTMLElement).hidden = !message[part];
    }
    this.#draw();
  }

  /** The node has forgotten us: a new place, at the end; unless it remembers that we are not wanted. */
  async #again() {
    try {
      await this.protocol.wait({ name: this.options.choice.name, session: this.#session });
      this.#taken();
      this.protocol.connect();
    } catch (error) {
      const refusal = error instanceof RefusedError ? error.refusal : null;
      if (refusal && refusal.code !== 'UNREACHABLE' && refusal.code !== 'TOO_FAST') {
        this.#end({ kind: 'refused', why: refusal });
        return;
      }
      this.#attempt += 1;
      this.#retry = setTimeout(() => void this.#again(), backoff(this.#attempt, Math.random()));
    }
  }

  #tick() {
    if (!this.#opens) return;
    const left = this.#opens - performance.now();
    if (left < -AFTER_THE_HOUR_MS) {
      this.#opens = 0;
      this.protocol.wake();
    }
    this.#drawClock(left);
  }

  /** @param {number} left ms */
  #drawClock(left) {
    const seconds = Math.max(0, Math.ceil(left / 1000));
    const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
    const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
    setText(find('#wait-clock', HTMLElement), hours ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}`);
  }

  #draw() {
    const title = find('#wait-title', HTMLElement);
    if (this.#title) setText(title, this.#title);
    const early = this.#why === 'early' && this.#opens > 0;
    const left = this.#opens - performance.now();
    const why = this.#why || 'full';
    setText(find('#wait-why', HTMLElement), early ? t('wait.early', { at: clock(Date.now() + left) }) : t(`wait.${why}`));
    const timer = find('#wait-clock', HTMLElement);
    timer.hidden = !early;
    set(timer, 'aria-label', t('wait.clock'));
    if (early) this.#drawClock(left);
    setText(find('#wait-name', HTMLElement), t('wait.as', { name: isolate(this.options.choice.name) }));
    document.title = `${t('wait.word')} — ${this.#title || brandName()}`;
  }

  async #leave() {
    if (this.#over) return;
    this.#over = true;
    await this.protocol.leave();
    this.#over = false;
    this.#end({ kind: 'left', why: null });
  }

  /** @param {Ending} ending */
  #end(ending) {
    if (this.#over) return;
    this.close();
    this.options.onEnd(ending);
  }

  close() {
    this.#over = true;
    this.#stop.abort();
    clearInterval(this.#ticking);
    clearTimeout(this.#retry);
    this.protocol.quit();
  }
}
