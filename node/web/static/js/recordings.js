// Whether the room is recorded: said to everybody for as long as it is, and what who may record does about it.

import { find, set, setText } from './dom.js';
import { onLanguage, t } from './i18n.js';

/** Something is kept in these states. */
const KEPT = new Set(['recording', 'lagging', 'disk_low']);
/** The menu's entries: their words, what is asked, and in which states. */
export const DOINGS = /** @type {const} */ ([
  ['recordings.start_grid', { do: 'start', arrangement: 'grid' }, ['']],
  ['recordings.start_speaker', { do: 'start', arrangement: 'speaker' }, ['']],
  ['recordings.pause', { do: 'pause' }, ['recording', 'lagging', 'disk_low']],
  ['recordings.resume', { do: 'resume' }, ['paused']],
  ['recordings.stop', { do: 'stop' }, ['armed', 'recording', 'paused', 'lagging', 'disk_low']],
]);

/** @param {number} seconds @returns {string} */
export function length(seconds) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  const [hours, minutes, rest] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, Math.floor(seconds) % 60];
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export class Recordings {
  #badge = find('#room-recording', HTMLElement);
  #word = find('#room-recording-word', HTMLElement);
  #time = find('#room-recording-time', HTMLElement);
  #since = 0;
  #told = '';
  #ticking = setInterval(() => this.#tick(), 1000);
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {import('./notices.js').Notices} options.notices
   */
  constructor(options) {
    this.options = options;
    onLanguage(() => this.draw(), this.#stop.signal);
  }

  get state() {
    return this.options.state.recording?.state ?? '';
  }

  /** What the node says anew. */
  changed() {
    const { state, notices } = this.options;
    this.#since = performance.now() - (state.recording?.seconds ?? 0) * 1000;
    const kept = KEPT.has(this.state) ? 'on' : this.state === 'paused' ? 'paused' : 'off';
    // Who is recorded is told before anything else, in words, until they have read it (consent).
    if (kept !== this.#told) {
      const understood = { key: 'recordings.understood', run: () => notices.set('recording', null) };
      notices.set('recording', kept === 'on' ? { key: 'recordings.consent', tone: 'bad', icon: 'record', action: understood } : null);
      if (this.#told && kept !== 'on') notices.toast(t(`recordings.now_${kept}`));
      this.#told = kept;
    }
    this.draw();
  }

  draw() {
    const on = KEPT.has(this.state);
    this.#badge.hidden = this.state === '' || this.state === 'finishing';
    this.#badge.classList.toggle('on', on);
    const word = on ? 'recording' : this.state || 'armed';
    setText(this.#word, t(`recordings.${word}`));
    this.#tick();
  }

  #tick() {
    if (this.#badge.hidden) return;
    const seconds = KEPT.has(this.state) ? (performance.now() - this.#since) / 1000 : (this.options.state.recording?.seconds ?? 0);
    setText(this.#time, this.state === 'armed' ? '' : length(seconds));
    set(this.#time, 'aria-hidden', 'true');
  }

  close() {
    clearInterval(this.#ticking);
    this.#stop.abort();
    this.#badge.hidden = true;
  }
}
