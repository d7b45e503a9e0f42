// The connection check before joining: which step is blocked, and whether sound and picture really come back from the node.

import { find, h, setText } from './dom.js';
import { onLanguage, refusalText, t } from './i18n.js';
import { RefusedError, request, UNREACHABLE } from './request.js';
import { browserWorld } from './world.js';

/** @typedef {"" | "runs" | "good" | "bad" | "none"} Result "": not yet; "none": nothing to check */
/** @typedef {{send: RTCPeerConnection, receive: RTCPeerConnection, check: string}} Loop */

/** In their order, each with its sentence. */
export const STEPS = Object.freeze({
  service: 'check.service', socket: 'check.socket', udp: 'check.udp', tcp: 'check.tcp', turn: 'check.turn',
  sound: 'check.sound', picture: 'check.picture', speed: 'check.speed', devices: 'check.devices',
});
const RESULTS = Object.freeze({ '': 'check.later', runs: 'check.runs', good: 'check.good', bad: 'check.bad', none: 'check.none' });
const CONNECT_MS = 8000;
const FLOW_MS = 8000;
/** What a picture of middling size needs each way, bit/s. */
const ENOUGH_BPS = 500_000;

/**
 * Only the ways of one transport; every other line stays.
 * @param {string} sdp
 * @param {"udp"|"tcp"} transport
 */
export function only(sdp, transport) {
  return sdp.split(/\r?\n/).filter((line) => !line.startsWith('a=candidate:') || line.split(' ')[2]?.toLowerCase() === transport).join('\r\n');
}

/**
 * What to say at the end: the first step that is blocked and matters.
 * @param {Record<string, Result>} results
 * @returns {string}
 */
export function verdict(results) {
  if (results.service === 'bad' || results.socket === 'bad') return 'check.says_service';
  if (results.udp === 'bad' && results.tcp === 'bad' && results.turn !== 'good') return 'check.says_media';
  if (results.sound === 'bad' || results.picture === 'bad') return 'check.says_flow';
  if (results.udp === 'bad') return 'check.says_udp';
  if (results.speed === 'bad') return 'check.says_speed';
  return results.devices === 'bad' ? 'check.says_devices' : 'check.says_good';
}

export class Check {
  #dialog = find('#check', HTMLDialogElement);
  /** @type {Record<string, Result>} */ #results = {};
  #speed = 0;
  #over = false;
  /** What the node said no with: no network is to blame. @type {import('./wire.js').Refusal|null} */ #refused = null;
  /** @type {Loop[]} */ #loops = [];
  #runs = false;
  #world = browserWorld();

  /**
   * @param {string} room
   * @param {string} ticket
   * @param {import('./devices.js').Devices} devices
   */
  constructor(room, ticket, devices) {
    this.room = room;
    this.ticket = ticket;
    this.devices = devices;
    find('#join-check', HTMLButtonElement).addEventListener('click', () => void this.#run());
    onLanguage(() => this.#draw());
  }

  async #run() {
    this.#dialog.showModal();
    if (this.#runs) return;
    this.#runs = true;
    this.#results = {};
    this.#over = false;
    this.#speed = 0;
    this.#refused = null;
    this.#draw();
    const media = new Sample();
    try {
      await this.#steps(media);
    } finally {
      for (const each of this.#loops.splice(0)) this.#close(each);
      media.stop();
      this.#over = true;
      this.#runs = false;
      this.#draw();
    }
  }

  /** @param {Sample} media */
  async #steps(media) {
    if (await this.#step('service', () => this.#ask('GET', '').then(() => true)) !== 'good') return;
    await this.#step('socket', () => opens(`${location.origin.replace('http', 'ws')}/ws`));
    /** @type {Loop|null} */ let loop = null;
    for (const way of [() => this.#way('udp', media), () => this.#way('tcp', media), () => this.#relayed(media)]) {
      const made = await way();
      if (this.#refused) return;
      if (loop && made) this.#drop(made);
      loop ??= made;
    }
    for (const step of /** @type {const} */ (['sound', 'picture'])) await this.#step(step, async () => loop !== null && flows(loop, step));
    await this.#step('speed', async () => loop !== null && (this.#speed = await bandwidth(loop)) >= ENOUGH_BPS);
    await this.#step('devices', async () => this.devices.microphone !== null || this.devices.camera !== null);
  }

  /** @param {string} step @param {() => Promise<boolean>} look */
  async #step(step, look) {
    this.#say(step, 'runs');
    const result = (await look().catch((error) => this.#failed(error))) ? 'good' : 'bad';
    this.#say(step, this.#refused ? '' : result);
    return result;
  }

  /** @param {unknown} error */
  #failed(error) {
    if (error instanceof RefusedError && error.refusal.code !== UNREACHABLE.code) this.#refused = error.refusal;
    return false;
  }

  /** @param {"udp"|"tcp"} transport @param {Sample} media @returns {Promise<Loop|null>} */
  async #way(transport, media) {
    /** @type {Loop|null} */ let loop = null;
    await this.#step(transport, async () => {
      loop = await this.#loop(media, { change: (sdp) => only(sdp, transport) });
      return loop !== null;
    });
    return loop;
  }

  /** @param {Sample} media @returns {Promise<Loop|null>} */
  async #relayed(media) {
    const iceServers = (await this.#ask('GET', '').catch(() => null))?.ice_servers ?? [];
    if (!iceServers.length) {
      this.#say('turn', 'none');
      return null;
    }
    /** @type {Loop|null} */ let loop = null;
    await this.#step('turn', async () => {
      loop = await this.#loop(media, { iceServers });
      return loop !== null;
    });
    return loop;
  }

  /**
   * Out to the node and back, once both ends are connected; null where they are not in time.
   * @param {Sample} media
   * @param {{change?: (sdp: string) => string, iceServers?: RTCIceServer[]}} how
   * @returns {Promise<Loop|null>}
   */
  async #loop(media, { change = (sdp) => sdp, iceServers = [] }) {
    /** @type {RTCConfiguration} */
    const how = { iceServers, iceTransportPolicy: iceServers.length ? 'relay' : 'all', bundlePolicy: 'max-bundle' };
    const [send, receive] = [new RTCPeerConnection(how), new RTCPeerConnection(how)];
    const loop = { send, receive, check: '' };
    this.#loops.push(loop);
    for (const track of await media.tracks()) send.addTransceiver(track, { direction: 'sendonly' });
    for (const kind of ['audio', 'video']) receive.addTransceiver(kind, { direction: 'recvonly' });
    receive.addEventListener('track', ({ track }) => track.kind === 'video' && media.play(track));
    const connected = await this.#connect(loop, change).catch((error) => {
      this.#drop(loop);
      throw error;
    });
    if (!connected) this.#drop(loop);
    return connected ? loop : null;
  }

  /** @param {Loop} loop @param {(sdp: string) => string} change */
  async #connect(loop, change) {
    const { send, receive } = loop;
    await Promise.all([send.setLocalDescription(), receive.setLocalDescription()]);
    const answer = await this.#ask('POST', '/check', { send: send.localDescription?.sdp ?? '', receive: receive.localDescription?.sdp ?? '' });
    loop.check = answer.check;
    await send.setRemoteDescription({ type: 'answer', sdp: change(answer.send) });
    await receive.setRemoteDescription({ type: 'answer', sdp: change(answer.receive) });
    return within(CONNECT_MS, async () => send.connectionState === 'connected' && receive.connectionState === 'connected');
  }

  /** What is not needed any more takes no place at the node while the rest is tried. @param {Loop} loop */
  #drop(loop) {
    this.#loops = this.#loops.filter((other) => other !== loop);
    this.#close(loop);
  }

  /** @param {Loop} loop */
  #close({ send, receive, check }) {
    send.close();
    receive.close();
    if (check) void request(this.#world, 'DELETE', `${location.origin}/api/check/${check}`, this.ticket).catch(() => {
      // It ends by itself.
    });
  }

  /** @param {string} method @param {string} path @param {object} [body] */
  #ask(method, path, body) {
    return request(this.#world, method, `${location.origin}/api/rooms/${encodeURIComponent(this.room)}${path}`, this.ticket, body);
  }

  /** @param {string} step @param {Result} result */
  #say(step, result) {
    this.#results[step] = result;
    this.#draw();
  }

  #says() {
    if (!this.#refused) return t(verdict(this.#results));
    const { message, next } = refusalText(this.#refused);
    return `${message} ${next}`;
  }

  #draw() {
    find('#check-list', HTMLElement).replaceChildren(...Object.entries(STEPS).map(([step, words]) => {
      const result = this.#results[step] ?? '';
      const rate = step === 'speed' && this.#speed ? ` (${(this.#speed / 1e6).toFixed(1)} Mbit/s)` : '';
      return h('li', { 'data-step': step, 'data-result': result }, h('span', {}, t(words)), h('strong', {}, `${t(RESULTS[result])}${rate}`));
    }));
    setText(find('#check-says', HTMLElement), this.#over ? this.#says() : '');
  }
}

/** A tone and a moving picture of the page's own: no device is needed, and nobody is filmed. */
class Sample {
  #canvas = h('canvas', { width: 320, height: 180 });
  /** @type {AudioContext|null} */ #audio = null;
  /** @type {MediaStreamTrack[]} */ #tracks = [];
  /** @type {HTMLMediaElement[]} */ #players = [];
  #timer = 0;

  async tracks() {
    if (this.#tracks.length) return this.#tracks;
    this.#audio = new AudioContext();
    await this.#audio.resume();
    const tone = this.#audio.createOscillator();
    const out = this.#audio.createMediaStreamDestination();
    tone.connect(out);
    tone.start();
    const paint = this.#canvas.getContext('2d');
    this.#timer = setInterval(() => {
      if (!paint) return;
      paint.fillStyle = `hsl(${Math.round(performance.now() / 10) % 360} 60% 40%)`;
      paint.fillRect(0, 0, this.#canvas.width, this.#canvas.height);
    }, 100);
    this.#tracks = [...out.stream.getAudioTracks(), ...this.#canvas.captureStream(10).getVideoTracks()];
    return this.#tracks;
  }

  /** Browsers decode what is played. @param {MediaStreamTrack} track */
  play(track) {
    const player = h('video', { playsinline: true });
    player.srcObject = new MediaStream([track]);
    this.#players.push(player);
    void player.play().catch(() => {});
  }

  stop() {
    for (const player of this.#players) player.srcObject = null;
    clearInterval(this.#timer);
    for (const track of this.#tracks) track.stop();
    void this.#audio?.close();
  }
}

/** @param {number} ms @param {() => Promise<boolean>} true_ whether it is so by then */
async function within(ms, true_) {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    if (await true_()) return true;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return false;
}

/** Whether a WebSocket opens, through whatever is between. @param {string} address */
function opens(address) {
  return new Promise((resolve) => {
    const socket = new WebSocket(address, 'regie.v1');
    const done = (/** @type {boolean} */ open) => {
      clearTimeout(timer);
      socket.close();
      resolve(open);
    };
    const timer = setTimeout(() => done(false), CONNECT_MS);
    socket.addEventListener('open', () => done(true));
    socket.addEventListener('error', () => done(false));
  });
}

/** Whether it comes back: pictures that are decoded, or half a second of a sound that the node heard (silence it sends to nobody). @param {Loop} loop @param {"sound"|"picture"} what */
function flows(loop, what) {
  return within(FLOW_MS, async () => [...(await loop.receive.getStats()).values()].some((report) => report.type === 'inbound-rtp'
    && (what === 'picture' ? report.framesDecoded > 3 : report.kind === 'audio' && report.packetsReceived > 25)));
}

/** What the way out bears, as far as the browser has found out, bit/s. @param {Loop} loop */
async function bandwidth(loop) {
  let found = 0;
  await within(FLOW_MS / 2, async () => {
    for (const report of (await loop.send.getStats()).values()) {
      if (report.type === 'candidate-pair' && report.nominated) found = Math.max(found, report.availableOutgoingBitrate ?? 0);
    }
    return found >= ENOUGH_BPS;
  });
  return found;
}
