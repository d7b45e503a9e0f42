// The one peer connection of a participant: m-lines in the prescribed order, slots, ICE restart, figures.
// Nothing is negotiated after joining except an ICE restart: sources start and stop by `replaceTrack`.

/** @typedef {import('./protocol.js').Source} Source */
/** @typedef {import('./protocol.js').Slot} Slot */

/** The order of the sending m-lines is the protocol (node/signaling/README.md, "Join"). */
export const SENDING = /** @type {const} */ ([
  ['microphone', 'audio'],
  ['camera', 'video'],
  ['screen', 'video'],
  ['screen_audio', 'audio'],
]);

export const AUDIO_SLOTS = 3;

/** @param {{coarse: boolean, width: number}} device @returns {number} video slots to ask for */
export function videoSlots({ coarse, width }) {
  return coarse && width < 900 ? 6 : 12;
}

/**
 * What one camera may cost, told by how many are seen: without layers, everybody receives what everybody sends.
 * @param {number} cameras in the room
 * @returns {{maxBitrate: number, scaleResolutionDownBy: number}} bit/s
 */
export function cameraEncoding(cameras) {
  if (cameras <= 4) return { maxBitrate: 1_500_000, scaleResolutionDownBy: 1 };
  if (cameras <= 9) return { maxBitrate: 700_000, scaleResolutionDownBy: 1.5 };
  return { maxBitrate: 350_000, scaleResolutionDownBy: 2 };
}

const SCREEN_BITRATE = 2_500_000;

export class Peer {
  /** @type {Map<Source, RTCRtpTransceiver>} */ #sending = new Map();
  /** @type {Map<string, RTCRtpTransceiver>} */ #byMid = new Map();
  /** @type {Map<number, MediaStream>} */ #streams = new Map();
  #closed = false;

  /**
   * @param {{videoSlots: number, audioSlots?: number, onState: (state: RTCPeerConnectionState) => void}} options
   */
  constructor({ videoSlots: video, audioSlots: audio = AUDIO_SLOTS, onState }) {
    // The node is ICE-lite with one public port: no STUN or TURN server is ever asked.
    this.connection = new RTCPeerConnection({ iceServers: [], bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.videoSlots = video;
    for (const [source, kind] of SENDING) {
      const sendEncodings = kind === 'video' ? [encodingOf(source)] : [];
      const init = { direction: /** @type {const} */ ('sendonly'), ...(sendEncodings.length ? { sendEncodings } : {}) };
      this.#sending.set(source, this.connection.addTransceiver(kind, init));
    }
    for (let n = 0; n < audio; n += 1) this.connection.addTransceiver('audio', { direction: 'recvonly' });
    for (let n = 0; n < video; n += 1) this.connection.addTransceiver('video', { direction: 'recvonly' });
    this.connection.onconnectionstatechange = () => {
      if (!this.#closed) onState(this.connection.connectionState);
    };
  }

  /** @returns {Promise<string>} the offer. Candidates are not waited for: the node learns ours from our checks. */
  async offer() {
    await this.connection.setLocalDescription();
    return this.connection.localDescription?.sdp ?? '';
  }

  /**
   * @param {string} sdp the node's answer
   * @param {Slot[]} slots
   */
  async accept(sdp, slots) {
    await this.connection.setRemoteDescription({ type: 'answer', sdp });
    for (const transceiver of this.connection.getTransceivers()) {
      if (transceiver.mid !== null) this.#byMid.set(transceiver.mid, transceiver);
    }
    for (const slot of slots) {
      const track = this.#byMid.get(slot.mid)?.receiver.track;
      if (track) this.#streams.set(slot.index, new MediaStream([track]));
    }
  }

  /** @param {Slot[]} slots @returns {MediaStream[]} one for each audio slot */
  audio(slots) {
    return slots.filter((slot) => slot.kind === 'audio').flatMap((slot) => this.#streams.get(slot.index) ?? []);
  }

  /** @param {number|null} slot @returns {MediaStream|null} */
  stream(slot) {
    return slot === null ? null : (this.#streams.get(slot) ?? null);
  }

  /**
   * Send `track` as `source`, or nothing.
   * @param {Source} source
   * @param {MediaStreamTrack|null} track
   */
  async send(source, track) {
    if (!this.#closed) await this.#sending.get(source)?.sender.replaceTrack(track);
  }

  /** @param {Source} source */
  sent(source) {
    return this.#sending.get(source)?.sender.track ?? null;
  }

  /** @param {number} cameras see `cameraEncoding` */
  async adapt(cameras) {
    const sender = this.#sending.get('camera')?.sender;
    if (!sender || this.#closed) return;
    const parameters = sender.getParameters();
    const encoding = parameters.encodings[0];
    const wanted = cameraEncoding(cameras);
    if (!encoding || encoding.maxBitrate === wanted.maxBitrate) return;
    Object.assign(encoding, wanted);
    await sender.setParameters(parameters).catch(() => {
      // Negotiation is not finished yet: the next call says it again.
    });
  }

  /**
   * ICE restart; the media, its keys and its slots stay.
   * @param {(offer: string) => Promise<string>} exchange
   */
  async restart(exchange) {
    await this.connection.setLocalDescription(await this.connection.createOffer({ iceRestart: true }));
    const answer = await exchange(this.connection.localDescription?.sdp ?? '');
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** @returns {Promise<Figures>} counters since the start */
  async figures() {
    return summarise(this.#closed ? [] : [...(await this.connection.getStats()).values()]);
  }

  close() {
    this.#closed = true;
    this.connection.close();
  }
}

/** @param {Source} source @returns {RTCRtpEncodingParameters} */
function encodingOf(source) {
  return source === 'screen' ? { maxBitrate: SCREEN_BITRATE, maxFramerate: 15 } : { ...cameraEncoding(1) };
}

/**
 * Counters of all received tracks together; `rtt` in ms.
 * @typedef {{at: number, frames: number, playing: number, videoPackets: number, videoLost: number, audioPackets: number, audioLost: number, rtt: number}} Figures
 */

/** @param {any[]} stats of `getStats()` @returns {Figures} */
export function summarise(stats) {
  const figures = {
    at: 0, frames: 0, playing: 0, videoPackets: 0, videoLost: 0, audioPackets: 0, audioLost: 0, rtt: 0,
  };
  for (const stat of stats) {
    if (stat.type === 'candidate-pair' && stat.nominated && stat.currentRoundTripTime !== undefined) {
      figures.rtt = stat.currentRoundTripTime * 1000;
    }
    if (stat.type !== 'inbound-rtp') continue;
    figures.at = Math.max(figures.at, stat.timestamp ?? 0);
    const received = stat.packetsReceived ?? 0;
    const lost = Math.max(0, stat.packetsLost ?? 0);
    if (stat.kind === 'video') {
      figures.videoPackets += received;
      figures.videoLost += lost;
      figures.frames += stat.framesDecoded ?? 0;
      if ((stat.framesPerSecond ?? 0) > 0) figures.playing += 1;
    } else {
      figures.audioPackets += received;
      figures.audioLost += lost;
    }
  }
  return figures;
}

/**
 * What happened between two figures, as the protocol's `quality` wants it.
 * @param {Figures} before
 * @param {Figures} after
 * @returns {import('./protocol.js').Quality} lost: 0 … 1; fps: mean of the videos that play
 */
export function qualityBetween(before, after) {
  const seconds = Math.max(0.001, (after.at - before.at) / 1000);
  /** @param {number} lost @param {number} received */
  const share = (lost, received) => (lost <= 0 ? 0 : round(lost / Math.max(1, lost + received)));
  return {
    video_fps: round(Math.max(0, after.frames - before.frames) / seconds / Math.max(1, after.playing)),
    video_lost: share(after.videoLost - before.videoLost, after.videoPackets - before.videoPackets),
    audio_lost: share(after.audioLost - before.audioLost, after.audioPackets - before.audioPackets),
    rtt_ms: round(after.rtt),
  };
}

/** @param {number} value */
const round = (value) => Math.round(value * 1000) / 1000;
