// A player around the browser's own <video>: every control by mouse, finger, keyboard and screen reader.

import { find, h, set, setIcon, setText } from './dom.js';
import { onLanguage, t } from './i18n.js';

/** @typedef {{language: string, label: string, url: string}} Captions */
/** @typedef {{url: string, seconds: number, captions: Captions[]}} Film `seconds`: as long as the recording is */

const SPEEDS = [0.5, 0.75, 1, 1.25, 1.5, 1.75, 2];
const STEP_S = 5;
const LEAP_S = 30;
const LOUDER = 0.1;
/** A file that cannot be had is asked for anew so often, and not before the last try is so long ago, ms. */
const TRIES = 3;
const AGAIN_MS = 2000;

/** @param {number} seconds @returns {string} 1:02:03, 2:03 */
export function duration(seconds) {
  const whole = Math.max(0, Math.floor(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return hours ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

export class Player {
  #root = find('#player', HTMLElement);
  #video = find('#player-video', HTMLVideoElement);
  #seek = find('#player-seek', HTMLInputElement);
  #play = find('#player-play', HTMLButtonElement);
  #mute = find('#player-mute', HTMLButtonElement);
  #volume = find('#player-volume', HTMLInputElement);
  #speed = find('#player-speed', HTMLSelectElement);
  #captions = find('#player-captions', HTMLSelectElement);
  #full = find('#player-full', HTMLButtonElement);
  #says = find('#player-says', HTMLElement);
  /** @type {Film|null} */ #film = null;
  #tries = 0;
  #broken = false;

  /**
   * @param {(at: number) => void} moved called as the time goes, and when somebody leaps
   * @param {() => Promise<Film|null>} again where the film is now, when its address has run out; null: nowhere
   */
  constructor(moved, again) {
    this.moved = moved;
    this.again = again;
    this.#speed.append(...SPEEDS.map((speed) => h('option', { value: speed }, `${speed} ×`)));
    this.#speed.value = '1';
    this.#wire();
    onLanguage(() => this.#draw());
  }

  /** @param {Film} film @param {number} [at] seconds */
  show(film, at = 0) {
    this.#film = film;
    this.#tries = 0;
    this.#load(film, at);
    this.#captions.hidden = film.captions.length === 0;
    this.#draw();
    this.#choose();
    this.moved(at);
  }

  get time() {
    return this.#video.currentTime;
  }

  /** No sound goes on behind another screen. */
  stop() {
    this.#film = null;
    this.#video.pause();
    this.#video.removeAttribute('src');
    this.#video.replaceChildren();
    this.#video.load();
  }

  /** @param {number} at seconds */
  leap(at) {
    this.#video.currentTime = Math.min(Math.max(0, at), this.#length());
    this.#time();
  }

  play() {
    void this.#video.play().catch(() => {});
  }

  // ------------------------------------------------------------ inside

  #wire() {
    const video = this.#video;
    for (const event of ['play', 'pause', 'ended', 'volumechange', 'ratechange', 'loadedmetadata', 'durationchange']) {
      video.addEventListener(event, () => this.#draw());
    }
    for (const event of ['timeupdate', 'seeking', 'seeked']) video.addEventListener(event, () => this.#time());
    video.addEventListener('waiting', () => this.#say('player.waits'));
    for (const event of ['playing', 'canplay']) {
      video.addEventListener(event, () => {
        this.#tries = 0;
        this.#say('');
      });
    }
    video.addEventListener('error', () => void this.#recover());
    video.addEventListener('click', () => this.#toggle());
    this.#play.addEventListener('click', () => this.#toggle());
    this.#seek.addEventListener('input', () => this.leap(this.#seek.valueAsNumber));
    this.#mute.addEventListener('click', () => { video.muted = !video.muted; });
    this.#volume.addEventListener('input', () => {
      video.volume = this.#volume.valueAsNumber / 100;
      video.muted = video.volume === 0;
    });
    this.#speed.addEventListener('change', () => { video.playbackRate = Number(this.#speed.value); });
    this.#captions.addEventListener('change', () => this.#choose());
    this.#full.addEventListener('click', () => void this.#fill());
    document.addEventListener('fullscreenchange', () => this.#draw());
    this.#root.addEventListener('keydown', (event) => this.#key(event));
  }

  /** Keys work while the player has the focus, and nowhere else (WCAG 2.1.4). @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const on = event.target;
    // What a control does with a key itself stays with it.
    if (on instanceof HTMLSelectElement) return;
    if (on instanceof HTMLButtonElement && (event.key === ' ' || event.key === 'Enter')) return;
    if (on === this.#volume && event.key.startsWith('Arrow')) return;
    const run = this.#keys[event.key.toLowerCase()];
    if (!run) return;
    event.preventDefault();
    run();
  }

  /** @type {Record<string, () => void>} */
  #keys = {
    ' ': () => this.#toggle(),
    k: () => this.#toggle(),
    arrowleft: () => this.leap(this.#video.currentTime - STEP_S),
    arrowright: () => this.leap(this.#video.currentTime + STEP_S),
    pagedown: () => this.leap(this.#video.currentTime - LEAP_S),
    pageup: () => this.leap(this.#video.currentTime + LEAP_S),
    home: () => this.leap(0),
    end: () => this.leap(this.#length()),
    arrowup: () => this.#louder(LOUDER),
    arrowdown: () => this.#louder(-LOUDER),
    m: () => { this.#video.muted = !this.#video.muted; },
    f: () => void this.#fill(),
    '<': () => this.#faster(-1),
    '>': () => this.#faster(1),
  };

  #toggle() {
    if (this.#broken) {
      this.#tries = 0;
      void this.#recover();
    } else if (this.#video.paused) this.play();
    else this.#video.pause();
  }

  /** @param {number} by */
  #louder(by) {
    this.#video.volume = Math.min(1, Math.max(0, this.#video.volume + by));
    if (by > 0) this.#video.muted = false;
  }

  /** @param {number} by steps */
  #faster(by) {
    const at = SPEEDS.indexOf(this.#video.playbackRate) + by;
    this.#video.playbackRate = SPEEDS[Math.min(SPEEDS.length - 1, Math.max(0, at))] ?? 1;
  }

  async #fill() {
    const video = /** @type {HTMLVideoElement & {webkitEnterFullscreen?: () => void}} */ (this.#video);
    if (document.fullscreenElement) await document.exitFullscreen();
    else if (document.fullscreenEnabled) await this.#root.requestFullscreen().catch(() => {});
    else video.webkitEnterFullscreen?.(); // a telephone that fills its screen with pictures only
  }

  #choose() {
    for (const [n, track] of [...this.#video.textTracks].entries()) {
      track.mode = String(n) === this.#captions.value ? 'showing' : 'disabled';
    }
  }

  /** @param {Film} film @param {number} at */
  #load(film, at) {
    const { playbackRate } = this.#video;
    this.#broken = false;
    this.#say('');
    this.#video.src = film.url;
    this.#video.replaceChildren(...film.captions.map(({ language, label, url }) => h('track', { kind: 'captions', srclang: language, label, src: url })));
    this.#video.playbackRate = this.#video.defaultPlaybackRate = playbackRate;
    if (at) this.#video.currentTime = at;
  }

  /** The address of a file ends after a while: it is asked for anew, and played from where it stood. */
  async #recover() {
    if (!this.#film) return;
    const at = this.#video.currentTime;
    const went = !this.#video.paused;
    this.#broken = true;
    if (this.#tries >= TRIES) {
      this.#say('player.broken');
      return;
    }
    this.#say('player.waits');
    if (this.#tries) await new Promise((resolve) => setTimeout(resolve, AGAIN_MS * this.#tries));
    this.#tries += 1;
    const film = await this.again();
    if (!film || !this.#film) {
      this.#say('player.broken');
      return;
    }
    this.#film = film;
    this.#load(film, at);
    this.#choose();
    if (went) this.play();
  }

  /** @param {''|'player.waits'|'player.broken'} what */
  #say(what) {
    setText(this.#says, what ? t(what) : '');
    this.#says.dataset.says = what;
  }

  /** Of the recording, even where its file does not know. */
  #length() {
    const { duration: known } = this.#video;
    return Number.isFinite(known) && known > 0 ? known : (this.#film?.seconds ?? 0);
  }

  #time() {
    const at = this.#video.currentTime;
    const [now, all] = [duration(at), duration(this.#length())];
    this.#seek.max = String(Math.max(1, this.#length()));
    this.#seek.valueAsNumber = at;
    set(this.#seek, 'aria-valuetext', t('player.at', { now, all }));
    this.#seek.style.setProperty('--done', `${(100 * at) / Math.max(1, this.#length())}%`);
    setText(find('#player-time', HTMLElement), `${now} / ${all}`);
    this.moved(at);
  }

  #draw() {
    const video = this.#video;
    const silent = video.muted || video.volume === 0;
    const full = document.fullscreenElement === this.#root;
    this.#name(this.#play, t(video.paused ? 'player.play' : 'player.pause'), video.paused ? 'play' : 'pause');
    this.#name(this.#mute, t(silent ? 'player.unmute' : 'player.mute'), silent ? 'silent' : 'sound');
    this.#name(this.#full, t(full ? 'player.unfill' : 'player.fill'), full ? 'small' : 'full');
    this.#volume.valueAsNumber = silent ? 0 : Math.round(video.volume * 100);
    set(this.#volume, 'aria-valuetext', `${this.#volume.value} %`);
    this.#speed.value = String(video.playbackRate);
    this.#offer();
    this.#say(/** @type {any} */ (this.#says.dataset.says ?? ''));
    if (this.#film) this.#time();
  }

  #offer() {
    const chosen = this.#captions.value;
    const options = [h('option', { value: '' }, t('player.captions_off'))];
    for (const [n, { label }] of (this.#film?.captions ?? []).entries()) options.push(h('option', { value: n }, label));
    this.#captions.replaceChildren(...options);
    this.#captions.value = [...this.#captions.options].some(({ value }) => value === chosen) ? chosen : '';
  }

  /** @param {HTMLButtonElement} button @param {string} says @param {string} symbol */
  #name(button, says, symbol) {
    set(button, 'aria-label', says);
    set(button, 'title', says);
    setIcon(button, symbol);
  }
}
