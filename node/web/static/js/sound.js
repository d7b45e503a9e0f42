// What is heard: one element for each audio slot, on the chosen loudspeaker, as loud as this person wants, all together
// and each speaker. A slot carries whoever is among the loudest: the volume follows the person, not the slot.

import { find, h } from './dom.js';

const REMEMBERED = 'regie.volume';

export class Sound {
  /** @type {Map<number, HTMLAudioElement>} by slot */ #slots = new Map();
  /** @type {Map<number, string>} slot → who is in it */ #who = new Map();
  /** @type {Map<string, number>} participant → 0 … 1 */ #volumes = new Map();
  #overall = remembered();

  /**
   * @param {object} options
   * @param {import('./devices.js').Devices} options.devices
   * @param {import('./notices.js').Notices} options.notices
   * @param {(on: boolean) => void} options.onWish whether it is to be known who is in which audio slot
   */
  constructor(options) {
    this.options = options;
  }

  /** @param {{slot: number, stream: MediaStream}[]} streams one for each audio slot */
  play(streams) {
    this.#who.clear();
    this.#slots = new Map(streams.map(({ slot, stream }) => {
      const sound = h('audio', { autoplay: true });
      sound.srcObject = stream;
      return [slot, sound];
    }));
    find('#sounds', HTMLElement).replaceChildren(...this.#slots.values());
    this.#apply();
    this.route();
    void this.start();
  }

  async start() {
    const played = [...this.#slots.values()].map((sound) => sound.play().then(() => false, (error) => error?.name === 'NotAllowedError'));
    const blocked = (await Promise.all(played)).includes(true);
    const action = { key: 'banner.sound_on', run: () => void this.start() };
    this.options.notices.set('sound', blocked ? { key: 'banner.sound', tone: 'warn', icon: 'sound', action } : null);
  }

  /** To the loudspeaker that is chosen, as long as it is there. */
  route() {
    const id = this.options.devices.sink;
    for (const sound of this.#slots.values()) {
      if ('setSinkId' in sound && sound.sinkId !== id) void sound.setSinkId(id).catch(() => {});
    }
  }

  /** Of everybody, 0 … 1. */
  get overall() {
    return this.#overall;
  }

  set overall(volume) {
    this.#overall = volume;
    localStorage.setItem(REMEMBERED, String(volume));
    this.#apply();
  }

  /** @param {string} participant @returns {number} 0 … 1 */
  volume(participant) {
    return this.#volumes.get(participant) ?? 1;
  }

  /** @param {string} participant @param {number} volume 0 … 1 */
  setVolume(participant, volume) {
    if (volume >= 1) this.#volumes.delete(participant);
    else this.#volumes.set(participant, volume);
    this.options.onWish(this.#volumes.size > 0);
    this.#apply();
  }

  /** @param {{slot: number, participant: string|null}[]} voices who is in these audio slots now */
  voices(voices) {
    for (const { slot, participant } of voices) {
      if (participant) this.#who.set(slot, participant);
      else this.#who.delete(slot);
    }
    this.#apply();
  }

  /** How loud a slot is, 0 … 1. @param {number} slot */
  loudness(slot) {
    return this.#overall * this.volume(this.#who.get(slot) ?? '');
  }

  #apply() {
    for (const [slot, sound] of this.#slots) {
      const volume = this.loudness(slot);
      sound.volume = volume;
      // Where a page may not set a volume (iOS), silence at least is silence.
      sound.muted = volume === 0;
    }
  }

  close() {
    find('#sounds', HTMLElement).replaceChildren();
    this.#slots.clear();
  }
}

/** @returns {number} 0 … 1 */
function remembered() {
  const kept = Number(localStorage.getItem(REMEMBERED) ?? 1);
  return kept >= 0 && kept <= 1 ? kept : 1;
}
