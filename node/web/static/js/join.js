// Before the room: who you are, how you look and sound, and what does not work.

import { brandName, dress } from './brand.js';
import { browserFamily } from './devices.js';
import { find, initials, set, setIcon, setText, icon, tint } from './dom.js';
import { isolate, language, onLanguage, refusalText, t } from './i18n.js';
import { bar, meter } from './meter.js';
import { pickers, troubles } from './pickers.js';
import { render } from './richtext.js';

/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {{name: string, microphone: boolean, camera: boolean, password?: string}} Choice */

const REMEMBERED = 'regie.name';
const WISHES = 'regie.wishes';
/** The node's own limit is in its refusal; this only spares a round trip. */
const LONGEST_NAME = 64;
const OF_PASSWORD = new Set(['PASSWORD_MISSING', 'PASSWORD_WRONG']);
/** Devices that are just being opened are waited for; a question of the browser that nobody answers is not, ms. */
const DEVICES_MS = 3000;

export class JoinScreen {
  #name = find('#join-name', HTMLInputElement);
  #error = find('#join-name-error', HTMLElement);
  #secret = find('#join-password', HTMLInputElement);
  #secretError = find('#join-password-error', HTMLElement);
  #submit = find('#join-submit', HTMLButtonElement);
  #video = find('#preview-video', HTMLVideoElement);
  #meter = find('#join-meter', HTMLElement);
  #avatar = find('#preview-avatar', HTMLElement);
  /** @type {MediaStreamTrack|null} */ #metered = null;
  /** @type {(() => void)|null} */ #stopMeter = null;
  /** @type {Record<"microphone"|"camera", boolean>} */ on = { microphone: true, camera: true, ...wishes() };
  /** @type {import('./wire.js').Look|null} */ #look = null;
  #active = false;
  #busy = false;

  /**
   * Made once; shown as often as needed.
   * @param {import('./devices.js').Devices} devices
   * @param {(choice: Choice) => Promise<Refusal|null>} enter
   */
  constructor(devices, enter) {
    this.devices = devices;
    this.enter = enter;
    for (const input of /** @type {const} */ (['microphone', 'camera'])) {
      const button = find(`#join-${input}`, HTMLButtonElement);
      button.append(icon(input === 'camera' ? 'camera' : 'mic'));
      button.addEventListener('click', () => void this.#toggle(input));
    }
    find('#join-form', HTMLFormElement).addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#go();
    });
    this.#name.addEventListener('input', () => this.#draw());
    pickers(find('#join-pickers', HTMLElement), devices);
    troubles(find('#join-trouble', HTMLElement), devices);
    devices.addEventListener('change', () => this.#draw());
    onLanguage(() => this.#draw());
    this.#name.value = localStorage.getItem(REMEMBERED) ?? '';
  }

  /** @param {import('./wire.js').Look} look */
  show(look) {
    this.#look = look;
    this.#active = true;
    this.#setBusy(false);
    setText(find('#join-error', HTMLElement), '');
    this.#asks(Boolean(look.password));
    if (look.name) this.#name.value = look.name;
    dress(look.brand);
    find('#join-speaking', HTMLElement).hidden = !look.speaking;
    find('#join-speaking-text', HTMLElement).replaceChildren(render(look.speaking ?? ''));
    this.#draw();
    if (matchMedia('(pointer: fine)').matches) this.#name.focus();
    void this.devices.open(this.#wanted());
  }

  hide() {
    this.#active = false;
    this.#video.srcObject = null;
    this.#listen(null);
  }

  /** @returns {("microphone"|"camera")[]} */
  #wanted() {
    return /** @type {const} */ (['microphone', 'camera']).filter((input) => this.on[input]);
  }

  /** @param {"microphone"|"camera"} input */
  async #toggle(input) {
    this.on[input] = !this.#isOn(input);
    localStorage.setItem(WISHES, JSON.stringify(this.on));
    if (this.on[input]) await this.devices.open([input]);
    else this.devices.close(input);
    this.#draw();
  }

  /** @param {"microphone"|"camera"} input @returns {boolean} wished for, and it works */
  #isOn(input) {
    return this.on[input] && this.devices[input] !== null;
  }

  async #go() {
    if (this.#busy) return;
    const name = this.#name.value.trim();
    const wrong = !name || [...name].length > LONGEST_NAME;
    setText(this.#error, wrong ? t('join.name_wrong', { limit: LONGEST_NAME }) : '');
    set(this.#name, 'aria-invalid', wrong && 'true');
    if (wrong) {
      this.#name.focus();
      return;
    }
    const asked = !find('#join-secret', HTMLElement).hidden;
    const password = asked ? this.#secret.value.trim() : '';
    setText(this.#secretError, asked && !password ? t('join.password_wrong') : '');
    set(this.#secret, 'aria-invalid', asked && !password && 'true');
    if (asked && !password) {
      this.#secret.focus();
      return;
    }
    localStorage.setItem(REMEMBERED, name);
    this.#setBusy(true);
    await this.devices.settled(DEVICES_MS);
    const refusal = await this.enter({ name, microphone: this.#isOn('microphone'), camera: this.#isOn('camera'), ...(password ? { password } : {}) });
    this.#setBusy(false);
    if (refusal) this.refuse(refusal);
  }

  /** @param {Refusal} refusal the name, usually */
  refuse(refusal) {
    const { message, next } = refusalText(refusal);
    const text = `${message} ${next}`;
    if (OF_PASSWORD.has(refusal.code)) {
      this.#asks(true);
      setText(this.#secretError, text);
      set(this.#secret, 'aria-invalid', 'true');
      this.#secret.select();
      return;
    }
    const field = refusal.code === 'NAME_INVALID';
    setText(field ? this.#error : find('#join-error', HTMLElement), text);
    if (field) {
      set(this.#name, 'aria-invalid', 'true');
      this.#name.focus();
    }
  }

  /** @param {boolean} password whether the room wants one */
  #asks(password) {
    find('#join-secret', HTMLElement).hidden = !password;
  }

  /** @param {boolean} busy */
  #setBusy(busy) {
    this.#busy = busy;
    set(this.#submit, 'aria-disabled', busy && 'true');
    this.#submit.classList.toggle('busy', busy);
    setText(this.#submit, t(busy ? 'join.entering' : 'join.submit'));
  }

  #draw() {
    if (!this.#active) return;
    const { devices } = this;
    const name = this.#name.value.trim();
    setText(this.#avatar, name ? initials(name) : '·');
    this.#avatar.dataset.tint = String(tint(name));
    this.#buttons();
    const camera = this.on.camera ? devices.camera : null;
    if (trackOf(this.#video) !== camera) {
      this.#video.srcObject = camera ? new MediaStream([camera]) : null;
      if (camera) void this.#video.play().catch(() => {});
    }
    find('#preview', HTMLElement).classList.toggle('picture', camera !== null);
    this.#listen(this.on.microphone ? devices.microphone : null);
    setText(find('#preview-says', HTMLElement), t(devices.asking ? 'join.asking' : this.on.camera ? 'join.no_picture' : 'join.camera_off'));
    const sound = this.#isOn('microphone') ? 'on' : 'off';
    const sight = camera ? 'on' : 'off';
    setText(find('#join-summary', HTMLElement), t(`join.summary.${sound}_${sight}`));
    if (this.#look) {
      setText(find('#join-title', HTMLElement), this.#look.title);
      document.title = `${this.#look.title} — ${brandName()}`;
      this.#notices(this.#look);
      const facts = [t('room.people', { n: this.#look.people }), this.#look.role === 'host' ? t('join.as_host') : ''];
      setText(find('#join-facts', HTMLElement), facts.filter(Boolean).join(' · '));
      setText(find('#join-recording', HTMLElement), this.#look.recording ? t('recordings.consent') : '');
    }
    const family = browserFamily();
    setText(find('#join-activate-browser', HTMLElement), t(`activate.${family}`));
    if (!this.#busy) setText(this.#submit, t('join.submit'));
    set(this.#submit, 'aria-label', this.#look ? t('join.submit_to', { title: isolate(this.#look.title) }) : null);
  }

  /** What one must know before, and where help is. @param {import('./wire.js').Look} look */
  #notices(look) {
    const crowded = look.crowded && look.advice_people ? t('crowd.join', { n: look.advice_people }) : '';
    const told = [look.notice?.[language()] ?? '', crowded].filter(Boolean);
    const holder = find('#join-notice', HTMLElement);
    holder.hidden = told.length === 0;
    setText(holder, told.join(' '));
    for (const [id, address] of /** @type {const} */ ([['guide', look.guide], ['support', look.support]])) {
      const link = find(`#join-${id}`, HTMLAnchorElement);
      const usable = Boolean(address && /^(https?:|mailto:|\/)/.test(address));
      link.hidden = !usable;
      if (usable) link.href = address ?? '';
    }
  }

  #buttons() {
    for (const input of /** @type {const} */ (['microphone', 'camera'])) {
      const button = find(`#join-${input}`, HTMLButtonElement);
      const on = this.#isOn(input);
      const symbol = input === 'camera' ? 'camera' : 'mic';
      setIcon(button, on ? symbol : `${symbol}-off`);
      button.classList.toggle('off', !on);
      button.disabled = this.devices.asking;
      set(button, 'aria-pressed', String(on));
      set(button, 'aria-label', t(`devices.${input}`));
      set(button, 'title', t(on ? `${input}.turn_off` : `${input}.turn_on`));
    }
  }

  /** @param {MediaStreamTrack|null} track */
  #listen(track) {
    if (track === this.#metered) return;
    this.#stopMeter?.();
    this.#metered = track;
    this.#meter.hidden = track === null;
    this.#stopMeter = track ? meter(track, (loudness) => {
      const level = bar(loudness);
      this.#meter.style.setProperty('--level', level.toFixed(3));
      set(this.#meter, 'aria-valuenow', Math.round(level * 10) * 10);
    }) : null;
  }
}

/** @param {HTMLVideoElement} video */
function trackOf(video) {
  return video.srcObject instanceof MediaStream ? (video.srcObject.getVideoTracks()[0] ?? null) : null;
}

/** @returns {object} */
function wishes() {
  try {
    return JSON.parse(localStorage.getItem(WISHES) ?? '{}');
  } catch {
    return {};
  }
}
