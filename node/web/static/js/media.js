// The one peer connection of a participant: m-lines in the prescribed order, slots, ICE restart, figures.
// Nothing is negotiated after joining except an ICE restart: sources start and stop by `replaceTrack`.

/** @typedef {import('./wire.js').Source} Source */
/** @typedef {import('./wire.js').Slot} Slot */

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

/** The layers of a camera, lowest first (simulcast, RFC 8853). Nobody is sent more than their tile needs. */
export const LAYERS = /** @type {const} */ ([
  { rid: 'q', scaleResolutionDownBy: 4, maxBitrate: 150_000 },
  { rid: 'h', scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: 'f', scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
]);

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
  #layered = false;
  #cameras = 1;
  /** @type {Map<Source, string[]>} layers that anybody watches */ #watched = new Map();
  /** @type {Promise<void>} */ #adapting = Promise.resolve();

  /**
   * @param {{videoSlots: number, audioSlots?: number, iceServers?: RTCIceServer[], onState: (state: RTCPeerConnectionState) => void}} options
   */
  constructor({ videoSlots: video, audioSlots: audio = AUDIO_SLOTS, iceServers = [], onState }) {
    // The node is ICE-lite with public ports: no STUN server is needed, and TURN only where nothing else gets through.
    this.connection = new RTCPeerConnection({ iceServers, bundlePolicy: 'max-bundle', rtcpMuxPolicy: 'require' });
    this.videoSlots = video;
    for (const [source, kind] of SENDING) {
      const sendEncodings = encodingsOf(source);
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
    this.#layered = takesLayers(sdp, this.#sending.get('camera')?.mid ?? null);
    if (!this.#layered) await this.#adapt('camera');
  }

  /** Whether the camera is sent in layers: the node took them. */
  get layered() {
    return this.#layered;
  }

  /** @param {Slot[]} slots @returns {{slot: number, stream: MediaStream}[]} one for each audio slot */
  audio(slots) {
    return slots.flatMap(({ index, kind }) => {
      const stream = kind === 'audio' ? this.#streams.get(index) : undefined;
      return stream ? [{ slot: index, stream }] : [];
    });
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
    this.#cameras = cameras;
    if (!this.#layered) await this.#adapt('camera');
  }

  /**
   * Which layers of a picture anybody watches; the others are not encoded. Without layers: whether anybody watches.
   * @param {Source} source
   * @param {string[]} rids
   */
  async watched(source, rids) {
    this.#watched.set(source, rids);
    await this.#adapt(source);
  }

  /** One change of a sender's parameters at a time: they are invalid once somebody else has set them. @param {Source} source */
  #adapt(source) {
    this.#adapting = this.#adapting.then(async () => {
      const sender = this.#sending.get(source)?.sender;
      if (!sender || this.#closed) return;
      const parameters = sender.getParameters();
      const single = source === 'camera' && !this.#layered ? cameraEncoding(this.#cameras) : null;
      if (!change(parameters.encodings ?? [], this.#watched.get(source) ?? null, single)) return;
      await sender.setParameters(parameters).catch(() => {
        // Negotiation is not finished yet: the next call says it again.
      });
    });
    return this.#adapting;
  }

  /**
   * ICE restart; the media, its keys and its slots stay.
   * @param {(offer: string) => Promise<string>} exchange
   * @param {RTCIceServer[]} iceServers as they are now
   */
  async restart(exchange, iceServers) {
    if (iceServers.length) this.connection.setConfiguration({ ...this.connection.getConfiguration(), iceServers });
    await this.connection.setLocalDescription(await this.connection.createOffer({ iceRestart: true }));
    const answer = await exchange(this.connection.localDescription?.sdp ?? '');
    await this.connection.setRemoteDescription({ type: 'answer', sdp: answer });
  }

  /** @returns {Promise<any[]>} what getStats() says; nothing once closed */
  async stats() {
    return this.#closed ? [] : [...(await this.connection.getStats()).values()];
  }

  close() {
    this.#closed = true;
    this.connection.close();
  }
}

/** @param {Source} source @returns {RTCRtpEncodingParameters[]} */
function encodingsOf(source) {
  if (source === 'screen') return [{ maxBitrate: SCREEN_BITRATE, maxFramerate: 15 }];
  return source === 'camera' ? LAYERS.map((layer) => ({ ...layer })) : [];
}

/**
 * Whether the answer takes layers of the m-line `mid`. One that does not makes the browser send the first of them alone,
 * which is the smallest.
 * @param {string} sdp
 * @param {string|null} mid
 */
export function takesLayers(sdp, mid) {
  const section = sdp.split(/\r?\nm=/).find((part) => part.split(/\r?\n/).includes(`a=mid:${mid}`));
  return Boolean(section?.includes('a=simulcast:recv '));
}

/**
 * Make encodings what they should be; whether anything changed.
 * @param {RTCRtpEncodingParameters[]} encodings of one sender
 * @param {string[]|null} watched layers that anybody watches, null: not known, all of them
 * @param {{maxBitrate: number, scaleResolutionDownBy: number}|null} single what the one encoding should be
 */
export function change(encodings, watched, single) {
  let changed = false;
  encodings.forEach((encoding, index) => {
    const layered = encodings.length > 1 && single === null;
    const active = single !== null && index > 0 ? false
      : watched === null || (layered ? watched.includes(encoding.rid ?? '') : watched.length > 0);
    const wanted = { active, ...(single !== null && index === 0 ? single : {}) };
    for (const [name, value] of Object.entries(wanted)) {
      const values = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (encoding));
      if ((name === 'active' ? (values[name] ?? true) : values[name]) === value) continue;
      values[name] = value;
      changed = true;
    }
  });
  return changed;
}
