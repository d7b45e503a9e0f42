// Microphone, camera and loudspeaker of this machine: opening, choosing, and saying plainly why one does not work.

/** @typedef {"microphone"|"camera"} Input */
/** @typedef {"insecure"|"denied"|"missing"|"busy"|"failed"} Trouble */

const REMEMBERED = 'regie.devices';
const NOISE = 'regie.noise';
const KINDS = /** @type {const} */ ({ microphone: 'audioinput', camera: 'videoinput' });

/** @type {Record<string, Trouble>} DOMException name → what to tell the person */
const TROUBLES = {
  NotAllowedError: 'denied',
  SecurityError: 'denied',
  NotFoundError: 'missing',
  OverconstrainedError: 'missing',
  NotReadableError: 'busy',
  AbortError: 'busy',
};

/** @param {unknown} error @returns {Trouble} */
export function troubleOf(error) {
  return TROUBLES[/** @type {any} */ (error)?.name] ?? 'failed';
}

export class Devices extends EventTarget {
  /** @type {Record<Input, MediaStreamTrack|null>} */ #tracks = { microphone: null, camera: null };
  /** @type {Record<Input, Trouble|null>} */ trouble = { microphone: null, camera: null };
  /** @type {Record<Input|"speaker", string>} chosen device ids, '' = the system's choice */ chosen;
  /** @type {MediaDeviceInfo[]} */ list = [];
  /** A prompt of the browser is open. */
  asking = false;
  /** What is not speech is taken out of the microphone's sound. */
  noise = localStorage.getItem(NOISE) !== 'off';

  constructor() {
    super();
    this.chosen = { microphone: '', camera: '', speaker: '', ...remembered() };
    navigator.mediaDevices?.addEventListener('devicechange', () => void this.refresh());
  }

  get microphone() {
    return this.#tracks.microphone;
  }

  get camera() {
    return this.#tracks.camera;
  }

  /** The loudspeaker that is chosen, as long as it is there; '' the system's. */
  get sink() {
    const { speaker } = this.chosen;
    const known = this.list.filter((device) => device.kind === 'audiooutput');
    return known.length && !known.some((device) => device.deviceId === speaker) ? '' : speaker ?? '';
  }

  static get speakerChoice() {
    return 'setSinkId' in HTMLMediaElement.prototype;
  }

  /**
   * Open what is asked, together if possible (one prompt), one by one where together fails. Never throws: what did not
   * work is in `trouble`.
   * @param {Input[]} inputs
   */
  async open(inputs) {
    const wanted = inputs.filter((input) => this.#tracks[input]?.readyState !== 'live');
    if (!wanted.length) return;
    if (!navigator.mediaDevices?.getUserMedia) {
      for (const input of wanted) this.trouble[input] = 'insecure';
      this.#changed();
      return;
    }
    this.asking = true;
    this.#changed();
    await this.refresh();
    const there = wanted.filter((input) => this.#exists(input));
    for (const input of wanted) this.trouble[input] = there.includes(input) ? null : 'missing';
    if (there.length === 1 || !(await this.#together(there))) for (const input of there) await this.#alone(input);
    this.asking = false;
    await this.refresh();
  }

  /**
   * Until no prompt is open and nothing is being opened.
   * @param {number} ms at most
   * @returns {Promise<void>}
   */
  settled(ms) {
    if (!this.asking) return Promise.resolve();
    return new Promise((resolve) => {
      setTimeout(resolve, ms);
      this.addEventListener('change', () => {
        if (!this.asking) resolve();
      });
    });
  }

  /** @param {Input[]} inputs @returns {Promise<boolean>} */
  async #together(inputs) {
    if (!inputs.length) return true;
    try {
      const constraints = Object.assign({}, ...inputs.map((input) => this.#constraint(input)));
      const stream = await navigator.mediaDevices.getUserMedia(constraints);
      for (const track of stream.getTracks()) this.#keep(track.kind === 'audio' ? 'microphone' : 'camera', track);
      return true;
    } catch (error) {
      if (troubleOf(error) !== 'denied') return false;
      // Asking again after a refusal would nag; only what the browser says is allowed is opened.
      const allowed = await Promise.all(inputs.map((input) => isGranted(input)));
      inputs.forEach((input, index) => {
        if (!allowed[index]) this.trouble[input] = 'denied';
      });
      for (const input of inputs) if (!this.trouble[input]) await this.#alone(input);
      return true;
    }
  }

  /** @param {Input} input */
  async #alone(input) {
    if (this.#tracks[input]?.readyState === 'live') return;
    try {
      const [track] = (await navigator.mediaDevices.getUserMedia(this.#constraint(input))).getTracks();
      if (track) this.#keep(input, track);
    } catch (error) {
      this.trouble[input] = troubleOf(error);
    }
  }

  /** @param {Input} input @returns {MediaStreamConstraints} */
  #constraint(input) {
    const id = this.chosen[input];
    const device = id ? { deviceId: { ideal: id } } : {};
    if (input === 'microphone') {
      const clean = { echoCancellation: true, noiseSuppression: this.noise, autoGainControl: true };
      return { audio: { ...device, ...clean } };
    }
    const size = matchMedia('(pointer: coarse) and (max-width: 900px)').matches ? [640, 360] : [1280, 720];
    return {
      video: { ...device, width: { ideal: size[0] }, height: { ideal: size[1] }, frameRate: { ideal: 30, max: 30 } },
    };
  }

  /** @param {Input} input @param {MediaStreamTrack} track */
  #keep(input, track) {
    this.#tracks[input]?.stop();
    this.#tracks[input] = track;
    this.trouble[input] = null;
    if (input === 'camera') track.contentHint = 'motion';
    track.addEventListener('ended', () => void this.#gone(input, track));
    this.#changed();
  }

  /** Unplugged, or taken away: another of its kind takes its place, if there is one that may be used without asking. @param {Input} input @param {MediaStreamTrack} track */
  async #gone(input, track) {
    if (this.#tracks[input] !== track) return;
    this.#tracks[input] = null;
    this.#changed();
    await this.refresh();
    if (this.#others(input, track) && (await isGranted(input))) await this.#alone(input);
    const instead = this.#tracks[input];
    if (!instead) this.trouble[input] = 'missing';
    this.dispatchEvent(new CustomEvent(instead ? 'instead' : 'lost', { detail: input }));
    this.#changed();
  }

  /** @param {Input} input @param {MediaStreamTrack} track */
  #others(input, track) {
    const gone = track.getSettings().deviceId;
    return this.list.some((device) => device.kind === KINDS[input] && device.deviceId !== gone);
  }

  /**
   * Take the noise out of the microphone's sound, or leave it as it is. Browsers that cannot change an open microphone are
   * given a new one.
   * @param {boolean} on
   */
  async suppressNoise(on) {
    this.noise = on;
    localStorage.setItem(NOISE, on ? 'on' : 'off');
    const track = this.#tracks.microphone;
    await track?.applyConstraints({ echoCancellation: true, autoGainControl: true, noiseSuppression: on }).catch(() => {});
    if (track && track === this.#tracks.microphone && track.getSettings().noiseSuppression === !on) {
      this.#tracks.microphone = null;
      track.stop();
      await this.open(['microphone']);
    }
    this.#changed();
  }

  /** Let the device go: its light goes out. @param {Input} input */
  close(input) {
    this.#tracks[input]?.stop();
    this.#tracks[input] = null;
    this.#changed();
  }

  closeAll() {
    this.close('microphone');
    this.close('camera');
  }

  /**
   * @param {Input|"speaker"} what
   * @param {string} id
   */
  async choose(what, id) {
    this.chosen[what] = id;
    localStorage.setItem(REMEMBERED, JSON.stringify(this.chosen));
    if (what !== 'speaker' && this.#tracks[what]) {
      this.#tracks[what]?.stop();
      this.#tracks[what] = null;
      await this.open([what]);
    }
    this.#changed();
  }

  async refresh() {
    const before = this.sink;
    this.list = (await navigator.mediaDevices?.enumerateDevices?.().catch(() => [])) ?? [];
    if (before && !this.sink) this.dispatchEvent(new CustomEvent('lost', { detail: 'speaker' }));
    this.#changed();
  }

  /** @param {Input} input */
  #exists(input) {
    return this.list.length === 0 || this.list.some((device) => device.kind === KINDS[input]);
  }

  #changed() {
    this.dispatchEvent(new Event('change'));
  }
}

/** @param {Input} input @returns {Promise<boolean>} */
async function isGranted(input) {
  try {
    const status = await navigator.permissions.query({ name: /** @type {PermissionName} */ (input) });
    return status.state === 'granted';
  } catch {
    return false;
  }
}

/** @returns {Record<string, string>} */
function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED) ?? '{}');
  } catch {
    return {};
  }
}

/** @returns {"firefox"|"safari"|"chromium"} whose menus the help text names */
export function browserFamily(agent = navigator.userAgent) {
  if (/firefox|fxios/i.test(agent)) return 'firefox';
  return /chrom(e|ium)|crios|edg/i.test(agent) ? 'chromium' : 'safari';
}
