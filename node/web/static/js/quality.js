// How good the connection is: what this page sees of it is told to the node, and the node's verdict is shown.

import { find, set, setText } from './dom.js';
import { t } from './i18n.js';

/** @typedef {import('./wire.js').Grade} Grade */
/** @typedef {import('./wire.js').Quality} Figures of some seconds */

const EVERY_MS = 5000;

export class Quality {
  /** @type {Counted|null} */ #before = null;
  #timer = setInterval(() => void this.#measure(), EVERY_MS);
  #sign = find('#room-network', HTMLButtonElement);

  /**
   * @param {object} options
   * @param {() => import('./media.js').Peer|null} options.peer
   * @param {import('./protocol.js').Protocol} options.protocol
   * @param {import('./state.js').RoomState} options.state
   * @param {import('./notices.js').Notices} options.notices
   */
  constructor(options) {
    this.options = options;
    // What a symbol says to those who see it, it says in words to whoever asks.
    this.#sign.onclick = () => options.notices.toast(this.#says());
    this.draw();
  }

  async #measure() {
    const stats = await this.options.peer()?.stats();
    if (!stats?.length) return;
    const now = count(stats);
    const before = this.#before && this.#before.at < now.at ? this.#before : null;
    this.#before = now;
    if (before) this.options.protocol.quality(between(before, now));
  }

  #says() {
    const { grade, cause } = this.options.state.verdict;
    return grade === 'good' || !cause ? t(`quality.${grade}`) : t(`quality.${grade}_${cause}`);
  }

  /** The sign beside the title, and whether pictures are held back. */
  draw() {
    const { state, notices } = this.options;
    const { grade } = state.verdict;
    this.#sign.hidden = grade === 'unknown';
    this.#sign.dataset.level = grade;
    const text = this.#says();
    set(this.#sign, 'aria-label', text);
    set(this.#sign, 'title', text);
    notices.set('held', state.held ? { key: 'quality.held', tone: 'warn', icon: 'camera-off' } : null);
  }

  /** It was told that pictures stop, or come back. @param {boolean} held */
  held(held) {
    this.draw();
    if (!held) this.options.notices.toast(t('quality.held_no_more'));
  }

  close() {
    clearInterval(this.#timer);
    this.#sign.onclick = null;
    this.#sign.hidden = true;
  }
}

/**
 * A small sign for somebody else's connection; none while it is good.
 * @param {HTMLElement} sign
 * @param {Grade|null} grade
 */
export function drawGrade(sign, grade) {
  const shown = grade === 'fair' || grade === 'poor';
  sign.hidden = !shown;
  if (!shown) return;
  sign.dataset.level = grade;
  const text = t(`quality.of_other_${grade}`);
  set(sign, 'aria-label', text);
  set(sign, 'title', text);
  setText(sign, '');
}

/**
 * Counters of all tracks together since the connection began; `rtt` in ms, times in s.
 * @typedef {{at: number, frames: number, playing: number, videoPackets: number, videoLost: number, audioPackets: number, audioLost: number,
 *   jitter: number, freezes: number, frozen: number, decoded: number, dropped: number, limited: ""|"cpu"|"bandwidth", rtt: number}} Counted
 */

/** @param {any[]} stats of `getStats()` @returns {Counted} */
export function count(stats) {
  /** @type {Counted} */ const counted = {
    at: 0, frames: 0, playing: 0, videoPackets: 0, videoLost: 0, audioPackets: 0, audioLost: 0,
    jitter: 0, freezes: 0, frozen: 0, decoded: 0, dropped: 0, limited: '', rtt: 0,
  };
  for (const stat of stats) COUNT[stat.type]?.(counted, stat);
  return counted;
}

/** @type {Record<string, (counted: Counted, stat: any) => void>} */
const COUNT = {
  'candidate-pair'(counted, stat) {
    if (stat.nominated && stat.currentRoundTripTime !== undefined) counted.rtt = stat.currentRoundTripTime * 1000;
  },
  'outbound-rtp'(counted, stat) {
    const reason = stat.qualityLimitationReason;
    // The processor is the worse news: no better network would help.
    if (reason === 'cpu' || (reason === 'bandwidth' && !counted.limited)) counted.limited = reason;
  },
  'inbound-rtp'(counted, stat) {
    counted.at = Math.max(counted.at, stat.timestamp ?? 0);
    counted.jitter = Math.max(counted.jitter, (stat.jitter ?? 0) * 1000);
    const received = stat.packetsReceived ?? 0;
    const lost = Math.max(0, stat.packetsLost ?? 0);
    if (stat.kind === 'video') {
      counted.videoPackets += received;
      counted.videoLost += lost;
      counted.frames += stat.framesDecoded ?? 0;
      counted.dropped += stat.framesDropped ?? 0;
      counted.decoded += stat.totalDecodeTime ?? 0;
      counted.freezes += stat.freezeCount ?? 0;
      counted.frozen += stat.totalFreezesDuration ?? 0;
      if ((stat.framesPerSecond ?? 0) > 0) counted.playing += 1;
    } else {
      counted.audioPackets += received;
      counted.audioLost += lost;
    }
  },
};

/**
 * What happened between two counts, as the protocol's `quality` wants it.
 * @param {Counted} before
 * @param {Counted} after
 * @returns {Figures} lost, dropped: 0 … 1; fps: mean of the videos that play; decode_ms: of one frame
 */
export function between(before, after) {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  /** @param {number} lost @param {number} received */
  const share = (lost, received) => (lost <= 0 ? 0 : round(lost / Math.max(1, lost + received)));
  const frames = Math.max(0, after.frames - before.frames);
  return {
    video_fps: round(frames / seconds / Math.max(1, after.playing)),
    video_lost: share(after.videoLost - before.videoLost, after.videoPackets - before.videoPackets),
    audio_lost: share(after.audioLost - before.audioLost, after.audioPackets - before.audioPackets),
    rtt_ms: round(after.rtt),
    jitter_ms: round(after.jitter),
    freezes: Math.max(0, after.freezes - before.freezes),
    frozen_ms: round(Math.max(0, after.frozen - before.frozen) * 1000),
    decode_ms: frames ? round((Math.max(0, after.decoded - before.decoded) * 1000) / frames) : 0,
    dropped: share(after.dropped - before.dropped, frames),
    limited: after.limited,
  };
}

/** @param {number} value */
const round = (value) => Math.round(value * 1000) / 1000;
