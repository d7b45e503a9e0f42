// What this person sends: microphone, camera, screen. On, off, and blocked by the node.

import { t } from './i18n.js';
import { SPEECH, meter } from './meter.js';

/** @typedef {import('./wire.js').Source} Source */
/** @typedef {"microphone"|"camera"} Input */

/** Speech this long into a microphone that is off deserves a word, ms; and not again before the pause is over. */
const SPEECH_MS = 700;
const REMINDER_PAUSE_MS = 20_000;

export class Sources {
  /** @type {Record<Input, boolean>} what the person wants */ on;
  sharing = false;
  /** @type {MediaStreamTrack[]} */ #screen = [];
  /** @type {import('./media.js').Peer|null} */ #peer = null;
  /** @type {(() => void)|null} */ #stopMeter = null;
  /** @type {MediaStreamTrack|null} */ #metered = null;
  #speech = { since: 0, told: -REMINDER_PAUSE_MS };
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./devices.js').Devices} options.devices
   * @param {import('./protocol.js').Protocol} options.protocol
   * @param {import('./state.js').RoomState} options.state
   * @param {import('./notices.js').Notices} options.notices
   * @param {Record<Input, boolean>} options.on
   * @param {() => void} options.onChange
   * @param {() => void} options.onTrouble a device that was wanted does not work
   */
  constructor(options) {
    this.options = options;
    this.on = { ...options.on };
    const { signal } = this.#stop;
    options.devices.addEventListener('change', () => void this.#follow(), { signal });
    options.devices.addEventListener('lost', (event) => {
      const input = /** @type {CustomEvent<Input|"speaker">} */ (event).detail;
      if (input === 'speaker' || this.on[input]) options.notices.toast(t(`${input}.lost`));
      if (input !== 'speaker') void this.set(input, false);
    }, { signal });
    options.devices.addEventListener('instead', (event) => {
      const input = /** @type {CustomEvent<Input>} */ (event).detail;
      options.notices.toast(t(`${input}.instead`, { device: options.devices[input]?.label ?? '' }));
    }, { signal });
  }

  /** Use this peer connection from now on. @param {import('./media.js').Peer} peer */
  async attach(peer) {
    this.#peer = peer;
    await Promise.all([this.#apply('microphone'), this.#apply('camera'), ...this.#screen.map((track) => this.#sendScreen(track))]);
  }

  /** @param {Input} input */
  toggle(input) {
    return this.set(input, !this.on[input]);
  }

  /** @param {Input} input @param {boolean} on */
  async set(input, on) {
    const { devices, state, notices, protocol } = this.options;
    if (on && state.blocked.has(input)) {
      notices.toast(t(`${input}.blocked`));
      return;
    }
    if (on) {
      await devices.open([input]);
      if (!devices[input]) {
        this.options.onTrouble();
        return;
      }
    }
    this.on[input] = on;
    await this.#apply(input);
    if (!on && input === 'camera') devices.close('camera');
    protocol.publish(input, this.isSent(input));
    this.#speech = { since: 0, told: this.#speech.told };
    this.options.onChange();
  }

  /** @param {Input} input */
  isSent(input) {
    const { devices, state } = this.options;
    return this.on[input] && devices[input] !== null && state.rights.has(input) && !state.blocked.has(input);
  }

  /** Say all of it to the node, as after joining. */
  publish() {
    const { protocol } = this.options;
    protocol.publish('microphone', this.isSent('microphone'));
    protocol.publish('camera', this.isSent('camera'));
    this.#publishScreen();
  }

  /** @param {Input} input */
  async #apply(input) {
    const track = this.isSent(input) ? this.options.devices[input] : null;
    await this.#peer?.send(input, track);
  }

  /** A device was chosen, opened or lost: send the new track. */
  async #follow() {
    this.#listen();
    for (const input of /** @type {const} */ (['microphone', 'camera'])) {
      const track = this.isSent(input) ? this.options.devices[input] : null;
      if (this.#peer && this.#peer.sent(input) !== track) await this.#apply(input);
    }
    this.options.onChange();
  }

  /**
   * The node blocks or unblocks. Unblocked never means switched on: the person does that.
   * @param {Source} source
   * @param {boolean} blocked
   */
  async blocked(source, blocked) {
    if (blocked && (source === 'microphone' || source === 'camera')) await this.set(source, false);
    if (blocked && source === 'screen') await this.stopSharing();
    this.options.onChange();
  }

  /** This person has another role: what it may not send is not sent any more. */
  async allowed() {
    const { state } = this.options;
    for (const input of /** @type {const} */ (['microphone', 'camera'])) if (!state.rights.has(input)) await this.set(input, false);
    if (!state.rights.has('screen')) await this.stopSharing();
    this.options.onChange();
  }

  // ------------------------------------------------------------------ screen

  static get canShare() {
    return typeof navigator.mediaDevices?.getDisplayMedia === 'function';
  }

  async toggleScreen() {
    if (this.sharing) await this.stopSharing();
    else await this.#share();
  }

  async #share() {
    const { state, notices } = this.options;
    if (state.blocked.has('screen')) {
      notices.toast(t('screen.blocked'));
      return;
    }
    /** @type {MediaStream} */ let stream;
    try {
      const wish = { video: { frameRate: { max: 30 } }, audio: true, surfaceSwitching: 'include', systemAudio: 'include' };
      stream = await navigator.mediaDevices.getDisplayMedia(/** @type {DisplayMediaStreamOptions} */ (wish));
    } catch (error) {
      // Closing the browser's own dialog is an answer, not a fault.
      if (/** @type {any} */ (error)?.name !== 'NotAllowedError') notices.toast(t('screen.failed'));
      return;
    }
    this.#screen = stream.getTracks();
    this.sharing = true;
    for (const track of this.#screen) {
      if (track.kind === 'video') track.contentHint = 'detail';
      track.addEventListener('ended', () => void this.stopSharing());
      await this.#sendScreen(track);
    }
    this.#publishScreen();
    notices.say(t('screen.started'));
    this.options.onChange();
  }

  async stopSharing() {
    if (!this.sharing) return;
    this.sharing = false;
    for (const track of this.#screen) track.stop();
    this.#screen = [];
    await this.#peer?.send('screen', null);
    await this.#peer?.send('screen_audio', null);
    this.#publishScreen();
    this.options.notices.say(t('screen.stopped'));
    this.options.onChange();
  }

  #publishScreen() {
    this.options.protocol.publish('screen', this.#screen.some((track) => track.kind === 'video'));
    this.options.protocol.publish('screen_audio', this.#screen.some((track) => track.kind === 'audio'));
  }

  /** @param {MediaStreamTrack} track */
  async #sendScreen(track) {
    await this.#peer?.send(track.kind === 'video' ? 'screen' : 'screen_audio', track);
  }

  // ------------------------------------------------------------------ speaking into a microphone that is off

  #listen() {
    const track = this.options.devices.microphone;
    if (track === this.#metered) return;
    this.#stopMeter?.();
    this.#metered = track;
    this.#stopMeter = track ? meter(track, (loudness) => this.#heard(loudness)) : null;
  }

  /** @param {number} loudness */
  #heard(loudness) {
    const now = performance.now();
    if (this.on.microphone || loudness < SPEECH || this.options.state.blocked.has('microphone')) {
      this.#speech.since = 0;
      return;
    }
    this.#speech.since ||= now;
    if (now - this.#speech.since < SPEECH_MS || now - this.#speech.told < REMINDER_PAUSE_MS) return;
    this.#speech = { since: 0, told: now };
    this.options.notices.toast(t('microphone.speaking'));
  }

  close() {
    this.#stop.abort();
    this.#stopMeter?.();
    for (const track of this.#screen) track.stop();
    this.#peer = null;
  }
}
