// After the session, on the room's own address: what was recorded, its chapters, its chat, its documents.

import { find, h, set, setText } from './dom.js';
import { clock, isolate, language, onLanguage, refusalText, t } from './i18n.js';
import { Player, duration } from './player.js';
import { ReplayEdit } from './replay_edit.js';
import { RefusedError, UNREACHABLE, request } from './request.js';
import { render } from './richtext.js';
import { browserWorld } from './world.js';

/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {{at: number, title: string}} Chapter */
/** @typedef {{at: number, message: string, name: string, html: string, reply: string}} Line */
/** @typedef {{id: string, name: string, bytes: number, url: string}} Material */
/** @typedef {{name: string, about: string}} Speaker */
/**
 * @typedef {object} Recording
 * @property {string} recording
 * @property {string} title
 * @property {number} started seconds since the epoch
 * @property {number} seconds
 * @property {{type: string, bytes: number, url: string}[]} media
 * @property {Chapter[]} chapters title "": a part between two pauses
 * @property {string} chat where it is
 * @property {boolean} [own_chapters] they are the hosts', not the pauses'
 * @property {string} [context] HTML
 * @property {string} [words] the same, as it was typed
 * @property {Speaker[]} [speakers]
 * @property {(import('./player.js').Captions & {id: string})[]} [captions]
 * @property {Material[]} [materials]
 */
/** @typedef {{room: string, title: string, edits?: boolean, recordings: Recording[]}} Look */

/** Lines of the chat that are in the page at a time: those before are far up. */
const SHOWN = 200;
const OF_PASSWORD = new Set(['PASSWORD_MISSING', 'PASSWORD_WRONG']);

export class Replay {
  #world = browserWorld();
  #error = find('#replay-error', HTMLElement);
  #password = find('#replay-password', HTMLInputElement);
  #session = find('#replay-session', HTMLSelectElement);
  #scroll = find('#replay-chat-scroll', HTMLElement);
  #list = find('#replay-chat', HTMLOListElement);
  /** @type {Look|null} */ #look = null;
  /** @type {Recording|null} */ #now = null;
  /** @type {Refusal|null} */ #why = null;
  /** @type {Line[]} */ #lines = [];
  #said = 0;
  /** @type {Player|null} */ #player = null;
  /** @type {ReplayEdit|null} */ #edit = null;
  #back = find('#replay-back', HTMLButtonElement);

  /**
   * Made once; nothing is asked before `ask`.
   * @param {string} room
   * @param {string} ticket
   * @param {() => void} back what the button does that leads to the room
   */
  constructor(room, ticket, back) {
    this.room = room;
    this.ticket = ticket;
    this.#back.addEventListener('click', () => {
      this.hide();
      back();
    });
    find('#replay-door', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#unlock();
    });
    this.#session.addEventListener('change', () => this.#choose(this.#session.value));
    onLanguage(() => this.#draw());
  }

  /** @returns {Promise<boolean>} whether there is anything to see for who has this link, perhaps with the password */
  async ask() {
    await this.#fetch();
    return this.#why ? OF_PASSWORD.has(this.#why.code) : (this.#look?.recordings.length ?? 0) > 0;
  }

  /**
   * After `ask`.
   * @param {string} title of the room, where it is known
   * @param {boolean} back whether there is a room to go back to
   */
  show(title, back) {
    this.#back.hidden = !back;
    this.#title = title;
    if (this.#why?.code === 'PASSWORD_MISSING') this.#why = null; // asked for, not refused
    this.#draw();
    const first = this.#look?.recordings[0];
    if (first) this.#choose(first.recording);
    find('#replay-title', HTMLElement).focus();
  }

  #title = '';

  hide() {
    this.#player?.stop();
    this.#now = null;
  }

  // ------------------------------------------------------------ asking

  async #fetch() {
    try {
      const password = this.#password.value.trim();
      this.#look = await request(this.#world, 'POST', `/api/rooms/${encodeURIComponent(this.room)}/replay`, this.ticket, { password });
      this.#why = null;
    } catch (error) {
      this.#why = error instanceof RefusedError ? error.refusal : UNREACHABLE;
    }
  }

  async #unlock() {
    await this.#fetch();
    this.#draw();
    const first = this.#look?.recordings[0];
    if (first) {
      this.#choose(first.recording);
      find('#replay-title', HTMLElement).focus();
    } else this.#password.select();
  }

  /** @param {string} recording */
  #choose(recording) {
    const found = this.#look?.recordings.find((one) => one.recording === recording);
    if (!found || found === this.#now) return;
    this.#now = found;
    this.#lines = [];
    this.#said = 0;
    this.#list.replaceChildren();
    this.#draw();
    this.#player ??= new Player((at) => this.#at(at), () => this.#again());
    const film = filmOf(found);
    if (film) this.#player.show(film);
    void this.#chat(found);
  }

  /** @returns {Promise<import('./player.js').Film|null>} */
  async #again() {
    await this.#fetch();
    const found = this.#why ? undefined : this.#look?.recordings.find((one) => one.recording === this.#now?.recording);
    if (!found) {
      this.#draw();
      return null;
    }
    this.#now = found;
    this.#materials();
    return filmOf(found);
  }

  /** Somebody added something: what plays goes on where it is. */
  async #changed() {
    const before = JSON.stringify(this.#now?.captions?.map(({ id }) => id));
    await this.#fetch();
    const found = this.#look?.recordings.find((one) => one.recording === this.#now?.recording);
    if (!found || this.#why) return;
    this.#now = found;
    this.#draw();
    const film = filmOf(found);
    if (film && JSON.stringify(found.captions?.map(({ id }) => id)) !== before) this.#player?.show(film, this.#player.time);
  }

  /** @param {Recording} of */
  async #chat(of) {
    try {
      const answer = await (await fetch(of.chat, { cache: 'no-store', credentials: 'omit' })).json();
      if (this.#now?.recording === of.recording) this.#lines = answer.messages ?? [];
    } catch {
      return; // the picture is there all the same
    }
    find('#replay-chat-section', HTMLElement).hidden = this.#lines.length === 0;
    this.#at(find('#player-video', HTMLVideoElement).currentTime);
  }

  // ------------------------------------------------------------ as the time goes

  /** @param {number} at seconds */
  #at(at) {
    const chapters = this.#now?.chapters ?? [];
    const current = chapters.findLastIndex((chapter) => chapter.at <= at);
    for (const [n, button] of find('#replay-chapters', HTMLElement).querySelectorAll('button').entries()) {
      set(button, 'aria-current', n === current && 'true');
    }
    const said = count(this.#lines, at);
    if (said === this.#said) return;
    const atEnd = this.#scroll.scrollHeight - this.#scroll.scrollTop - this.#scroll.clientHeight < 48;
    const from = Math.max(0, said - SHOWN);
    const near = said > this.#said && said - this.#said < SHOWN;
    if (near) {
      this.#list.append(...this.#lines.slice(this.#said, said).map((line) => this.#line(line)));
      while (this.#list.childElementCount > SHOWN) this.#list.firstElementChild?.remove();
    } else this.#list.replaceChildren(...this.#lines.slice(from, said).map((line) => this.#line(line)));
    this.#said = said;
    find('#replay-chat-empty', HTMLElement).hidden = said > 0;
    if (atEnd || !near) this.#scroll.scrollTop = this.#scroll.scrollHeight;
  }

  /** @param {Line} line */
  #line(line) {
    const when = duration(line.at);
    const leap = h('button', { type: 'button', class: 'when', 'aria-label': t('replay.leap', { at: when }), onclick: () => this.#player?.leap(line.at) }, when);
    const words = h('div', { class: 'words', dir: 'auto' });
    words.append(render(line.html));
    return h('li', { 'data-message': line.message }, h('p', { class: 'who' }, h('bdi', {}, line.name), leap), words);
  }

  // ------------------------------------------------------------ drawing

  #draw() {
    const locked = !this.#look?.recordings.length && this.#why !== null && OF_PASSWORD.has(this.#why.code);
    find('#replay-door', HTMLElement).hidden = Boolean(this.#look?.recordings.length);
    setText(find('#replay-title', HTMLElement), this.#now?.title || this.#look?.title || this.#title || t('replay.word'));
    if (this.#why && (locked || this.#now)) {
      const { message, next } = refusalText(this.#why);
      setText(this.#error, `${message} ${next}`);
    } else setText(this.#error, '');
    set(this.#password, 'aria-invalid', locked && 'true');
    find('#replay-show', HTMLElement).hidden = this.#now === null;
    if (!this.#now) return;
    document.title = `${t('replay.of', { title: isolate(this.#now.title) })} — Régie`;
    setText(find('#replay-facts', HTMLElement), [when(this.#now.started), duration(this.#now.seconds)].join(' · '));
    this.#sessions();
    this.#chapters(this.#now.chapters);
    this.#sheet(this.#now);
    this.#materials();
    find('#replay-edit', HTMLElement).hidden = !this.#look?.edits;
    if (this.#look?.edits) {
      this.#edit ??= new ReplayEdit(this.room, this.ticket, () => this.#changed());
      this.#edit.show(this.#now);
    }
    if (this.#lines.length === 0) find('#replay-chat-section', HTMLElement).hidden = true;
  }

  #sessions() {
    const all = this.#look?.recordings ?? [];
    find('#replay-choice', HTMLElement).hidden = all.length < 2;
    this.#session.replaceChildren(...all.map((one) => h('option', { value: one.recording }, `${when(one.started)} (${duration(one.seconds)})`)));
    this.#session.value = this.#now?.recording ?? '';
  }

  /** @param {Chapter[]} chapters */
  #chapters(chapters) {
    find('#replay-chapters-section', HTMLElement).hidden = chapters.length === 0;
    find('#replay-chapters', HTMLElement).replaceChildren(...chapters.map(({ at, title }, n) => h('li', {},
      h('button', { type: 'button', onclick: () => this.#player?.leap(at) },
        h('span', { class: 'when' }, duration(at)), ' ', h('bdi', {}, title || t('replay.part', { n: n + 1 }))))));
  }

  /** @param {Recording} of */
  #sheet(of) {
    const speakers = of.speakers ?? [];
    find('#replay-context-section', HTMLElement).hidden = !of.context;
    find('#replay-context', HTMLElement).replaceChildren(render(of.context ?? ''));
    find('#replay-speakers-section', HTMLElement).hidden = speakers.length === 0;
    find('#replay-speakers', HTMLElement).replaceChildren(...speakers.map(({ name, about }) => h('li', {},
      h('strong', {}, h('bdi', {}, name)), about ? h('span', { dir: 'auto' }, about) : null)));
  }

  #materials() {
    const files = this.#now?.materials ?? [];
    find('#replay-materials-section', HTMLElement).hidden = files.length === 0;
    find('#replay-materials', HTMLElement).replaceChildren(...files.map(({ name, bytes, url }) => h('li', {},
      h('a', { href: url, download: name }, h('bdi', {}, name)), h('span', { class: 'help' }, size(bytes)))));
  }
}

/** @param {Recording} of @returns {import('./player.js').Film|null} */
function filmOf(of) {
  const video = document.createElement('video');
  const found = of.media.find(({ type }) => video.canPlayType(type)) ?? of.media[0];
  return found ? { url: found.url, seconds: of.seconds, captions: of.captions ?? [] } : null;
}

/** @param {Line[]} lines by their time @param {number} at @returns {number} how many were said by then */
export function count(lines, at) {
  let [from, to] = [0, lines.length];
  while (from < to) {
    const middle = (from + to) >> 1;
    if ((lines[middle]?.at ?? 0) <= at) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** @param {number} seconds since the epoch */
function when(seconds) {
  const day = new Intl.DateTimeFormat(language(), { dateStyle: 'long' }).format(seconds * 1000);
  return `${day}, ${clock(seconds * 1000)}`;
}

/** @param {number} bytes */
function size(bytes) {
  const unit = bytes < 1e6 ? 'kilobyte' : 'megabyte';
  const style = { style: /** @type {const} */ ('unit'), unit, unitDisplay: /** @type {const} */ ('short'), maximumFractionDigits: bytes < 1e7 ? 1 : 0 };
  return new Intl.NumberFormat(language(), style).format(bytes / (unit === 'kilobyte' ? 1e3 : 1e6));
}
