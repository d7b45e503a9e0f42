// What hosts add to a replay: a few words, chapters, captions, documents.

import { find, h, setText } from './dom.js';
import { onLanguage, refusalText, t } from './i18n.js';
import { duration } from './player.js';
import { RefusedError, UNREACHABLE, isRefusal, request } from './request.js';
import { browserWorld } from './world.js';

/** @typedef {import('./replay.js').Recording} Recording */
/** @typedef {import('./replay.js').Chapter} Chapter */
/** @typedef {import('./replay.js').Speaker} Speaker */

/** How a file's name ends → its type; not every system knows them. */
const TYPES = Object.freeze(/** @type {Record<string, string>} */ ({
  vtt: 'text/vtt',
  pdf: 'application/pdf',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  odt: 'application/vnd.oasis.opendocument.text',
  odp: 'application/vnd.oasis.opendocument.presentation',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  pptx: 'application/vnd.openxmlformats-officedocument.presentationml.presentation',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
}));
/** A chapter as it is typed: 12:30 Questions, 1:02:03 Questions. */
const CHAPTER = /^\s*(?:(\d{1,3}):)?(\d{1,3}):(\d{2})\s+(\S.*)$/u;

/** @param {string} text @returns {Chapter[]} lines that are none are left out */
export function chaptersOf(text) {
  return text.split('\n').flatMap((line) => {
    const found = CHAPTER.exec(line);
    if (!found) return [];
    const [, hours = '0', minutes, seconds, title = ''] = found;
    return [{ at: Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds), title: title.trim() }];
  });
}

/** @param {string} text @returns {Speaker[]} "name, what they do", one a line */
export function speakersOf(text) {
  return text.split('\n').filter((line) => line.trim()).map((line) => {
    const [name = '', ...about] = line.split(',');
    return { name: name.trim(), about: about.join(',').trim() };
  });
}

export class ReplayEdit {
  #world = browserWorld();
  #context = find('#replay-edit-context', HTMLTextAreaElement);
  #speakers = find('#replay-edit-speakers', HTMLTextAreaElement);
  #chapters = find('#replay-edit-chapters', HTMLTextAreaElement);
  #file = find('#replay-edit-file', HTMLInputElement);
  #language = find('#replay-edit-language', HTMLSelectElement);
  #says = find('#replay-edit-says', HTMLElement);
  /** @type {Recording|null} */ #of = null;

  /**
   * @param {string} room
   * @param {string} ticket
   * @param {() => Promise<void>} changed the page is asked for anew
   */
  constructor(room, ticket, changed) {
    this.address = `/api/rooms/${encodeURIComponent(room)}/replay`;
    this.ticket = ticket;
    this.changed = changed;
    this.#file.accept = Object.keys(TYPES).map((end) => '.' + end).join(',');
    this.#file.addEventListener('change', () => this.#draw());
    find('#replay-words', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#save();
    });
    find('#replay-files', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#attach();
    });
    onLanguage(() => this.#draw());
  }

  /** @param {Recording} of what is typed already stays, while it is the same session */
  show(of) {
    if (this.#of?.recording !== of.recording) {
      this.#context.value = of.words ?? '';
      this.#speakers.value = (of.speakers ?? []).map(({ name, about }) => [name, about].filter(Boolean).join(', ')).join('\n');
      this.#chapters.value = of.own_chapters ? of.chapters.map(({ at, title }) => `${duration(at)} ${title}`).join('\n') : '';
    }
    this.#of = of;
    this.#draw();
  }

  #draw() {
    find('#replay-edit-of-captions', HTMLElement).hidden = this.#type() !== 'text/vtt';
    const files = [...(this.#of?.captions ?? []).map(({ id, label }) => ({ id, name: label })), ...(this.#of?.materials ?? [])];
    find('#replay-edit-files', HTMLElement).replaceChildren(...files.map(({ id, name }) => h('li', {}, h('bdi', {}, name),
      h('button', { type: 'button', class: 'quiet', 'aria-label': t('replay.detach', { name }), onclick: () => void this.#detach(id) }, t('replay.detach_word')))));
  }

  #type() {
    const name = this.#file.files?.[0]?.name ?? '';
    return TYPES[name.split('.').pop()?.toLowerCase() ?? ''] ?? '';
  }

  async #save() {
    const words = { context: this.#context.value, speakers: speakersOf(this.#speakers.value), chapters: chaptersOf(this.#chapters.value) };
    await this.#do(() => request(this.#world, 'PUT', `${this.address}/${this.#of?.recording}`, this.ticket, words));
  }

  async #attach() {
    const file = this.#file.files?.[0];
    if (!file) {
      this.#file.focus();
      return;
    }
    const type = this.#type();
    const captions = type === 'text/vtt';
    const name = captions ? (this.#language.selectedOptions[0]?.text ?? '') : file.name;
    const query = new URLSearchParams({ kind: captions ? 'captions' : 'material', name, language: captions ? this.#language.value : '' });
    const done = await this.#do(async () => {
      const answer = await fetch(`${this.address}/${this.#of?.recording}/files?${query}`, {
        method: 'POST', body: file, credentials: 'omit', headers: { Authorization: `Bearer ${this.ticket}`, 'Content-Type': type || 'application/octet-stream' },
      });
      if (answer.ok) return;
      const said = await answer.json().catch(() => null);
      throw new RefusedError(isRefusal(said) ? said : UNREACHABLE);
    });
    if (done) this.#file.value = '';
    this.#draw();
  }

  /** @param {string} id */
  async #detach(id) {
    await this.#do(() => request(this.#world, 'DELETE', `${this.address}/${this.#of?.recording}/files/${id}`, this.ticket));
    find('#replay-edit summary', HTMLElement).focus();
  }

  /** @param {() => Promise<unknown>} what @returns {Promise<boolean>} */
  async #do(what) {
    setText(this.#says, t('replay.saving'));
    try {
      await what();
      await this.changed();
      setText(this.#says, t('replay.saved'));
      return true;
    } catch (error) {
      const { message, next } = refusalText(error instanceof RefusedError ? error.refusal : UNREACHABLE);
      setText(this.#says, `${message} ${next}`);
      return false;
    }
  }
}
