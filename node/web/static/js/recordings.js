// Whether the room is recorded: everybody sees it, as long as it is; who may, starts and stops it here.

import { find, setText } from './dom.js';
import { t } from './i18n.js';

/** Something is written now. */
const RUNNING = new Set(['recording', 'lagging', 'disk_low']);

export class Recordings {
  #badge = find('#room-recording', HTMLElement);
  #press = find('#recording-press', HTMLButtonElement);
  #end = find('#recording-stop', HTMLButtonElement);
  #stop = new AbortController();
  #running = false;

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#press.addEventListener('click', () => options.ask('record', { do: this.#next() }), { signal });
    this.#end.addEventListener('click', () => options.ask('record', { do: 'stop' }), { signal });
  }

  #next() {
    const { recording } = this.options.state;
    if (!recording) return 'start';
    return recording.state === 'paused' ? 'resume' : 'pause';
  }

  /** What the node says. Whoever did not know is told in words, once a stretch. */
  changed() {
    const { state, notices } = this.options;
    const running = Boolean(state.recording && RUNNING.has(state.recording.state));
    if (running && !this.#running) notices.toast(t('recordings.consent'));
    if (!running && this.#running) notices.toast(t('recordings.told.off'));
    this.#running = running;
    this.draw();
  }

  draw() {
    const { recording, rights } = this.options.state;
    const running = Boolean(recording && RUNNING.has(recording.state));
    this.#badge.hidden = !recording;
    this.#badge.classList.toggle('running', running);
    setText(this.#badge, t(running ? 'recordings.on' : recording?.state === 'armed' ? 'recordings.armed' : 'recordings.paused'));
    const may = rights.has('record');
    this.#press.hidden = !may;
    this.#end.hidden = !may || !recording;
    const next = this.#next();
    setText(this.#press, t(next === 'start' ? 'recordings.start' : next === 'pause' ? 'recordings.pause' : 'recordings.resume'));
    setText(this.#end, t('recordings.stop'));
  }

  close() {
    this.#stop.abort();
    for (const each of [this.#badge, this.#press, this.#end]) each.hidden = true;
  }
}
