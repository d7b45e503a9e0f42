// Keeping the media transport alive: join, ICE restart, join again with the session. One recovery at a time.

import { Peer } from './media.js';
import { backoff } from './protocol.js';
import { RefusedError } from './request.js';

/** @typedef {import('./protocol.js').Protocol} Protocol */
/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {"connecting"|"connected"|"interrupted"|"rejoining"} LinkState */

/** A short loss of packets heals by itself; after this, ICE is restarted, ms. */
const INTERRUPTED_MS = 2500;
/** Time for a connection to be made, ms. */
const CONNECT_MS = 10_000;
/** Refusals that pass: the node or the plane is starting, or the network is away. */
const PASSING = new Set(['UNREACHABLE', 'PLANE_DOWN', 'PLANE_FULL', 'STOPPING', 'INTERNAL', 'TOO_FAST', 'FENCED']);
/** People of a large room come back over this time, not in one instant: ms for each person, and at most. */
const SPREAD_MS = 3;
const SPREAD_MOST_MS = 1500;

export class Link {
  /** @type {Peer|null} */ peer = null;
  maxMessage = 2000;
  #closed = false;
  #recovering = false;
  #restarted = false;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #watch;
  #hurry = () => {};

  /**
   * @param {object} options
   * @param {Protocol} options.protocol
   * @param {string} options.name
   * @param {number} options.videoSlots
   * @param {(peer: Peer) => Promise<void>} options.onPeer before its offer is made
   * @param {(joined: import('./wire.js').Joined) => void} options.onJoined
   * @param {(state: LinkState) => void} options.onState
   * @param {(why: Refusal) => void} options.onRefused the node does not take us back
   * @param {() => number} options.crowd how many share the room
   */
  constructor(options) {
    this.options = options;
    this.videoSlots = options.videoSlots;
  }

  /**
   * One try.
   * @param {string|null} session
   */
  async join(session) {
    const { protocol, name, videoSlots, onPeer, onJoined } = this.options;
    if (!protocol.iceServers) await protocol.refreshIceServers(session); // after a reload
    const peer = new Peer({ videoSlots, iceServers: protocol.iceServers ?? [], onState: (state) => this.#changed(peer, state) });
    try {
      await onPeer(peer);
      const joined = await protocol.join({ name, sdp: await peer.offer(), session });
      await peer.accept(joined.sdp, joined.slots);
      this.peer?.close();
      this.peer = peer;
      this.maxMessage = joined.max_message ?? this.maxMessage;
      this.#restarted = false;
      onJoined(joined);
      this.#expectConnection();
    } catch (error) {
      peer.close();
      throw error;
    }
    if (this.#closed) peer.close();
  }

  /**
   * The transport is gone, or the session: come back until it works or the node says no.
   * @param {string} cause `plane`, `ice` or `session`
   */
  async rejoin(cause) {
    if (this.#recovering || this.#closed) return;
    this.#recovering = true;
    clearTimeout(this.#watch);
    const { onState, onRefused, crowd } = this.options;
    onState('rejoining');
    let session = cause === 'session' ? null : this.options.protocol.session;
    await this.#pause(Math.random() * Math.min(SPREAD_MOST_MS, SPREAD_MS * crowd()));
    await this.options.protocol.refreshIceServers();
    for (let attempt = 1; !this.#closed; attempt += 1) {
      try {
        await this.join(session || null);
        break;
      } catch (error) {
        const refusal = error instanceof RefusedError ? error.refusal : null;
        if (refusal?.code === 'SESSION_UNKNOWN' && session) {
          session = null;
          continue;
        }
        if (refusal && !PASSING.has(refusal.code)) {
          onRefused(refusal);
          return;
        }
        await this.#pause(backoff(attempt, Math.random()));
      }
    }
    this.#recovering = false;
    if (!this.#closed) this.options.protocol.connect();
  }

  /** @param {Peer} peer @param {RTCPeerConnectionState} state */
  #changed(peer, state) {
    if (peer !== this.peer || this.#closed) return;
    if (state === 'connected') {
      clearTimeout(this.#watch);
      this.#restarted = false;
      this.options.onState('connected');
    } else if (state === 'disconnected') {
      this.options.protocol.wake(); // what broke the one may have broken the other
      this.#after(INTERRUPTED_MS, () => void this.#restart());
    } else if (state === 'failed') {
      void this.#restart();
    }
  }

  /** The node answers again: whoever waits to come back need not wait longer. */
  nodeIsBack() {
    this.#hurry();
  }

  /** @param {number} ms @returns {Promise<void>} or until the node is back */
  #pause(ms) {
    return new Promise((resolve) => {
      this.#hurry = resolve;
      setTimeout(resolve, ms);
    });
  }

  /** The machine has another address, or woke up. */
  networkChanged() {
    const state = this.peer?.connection.connectionState;
    if (state === 'disconnected' || state === 'failed') void this.#restart();
  }

  async #restart() {
    const { peer } = this;
    if (!peer || this.#recovering || this.#closed) return;
    if (this.#restarted) {
      await this.rejoin('ice');
      return;
    }
    this.#restarted = true;
    this.#recovering = true;
    this.options.onState('interrupted');
    try {
      await this.options.protocol.refreshIceServers();
      await peer.restart((offer) => this.options.protocol.restart(offer), this.options.protocol.iceServers ?? []);
      this.#recovering = false;
      this.#expectConnection();
    } catch {
      this.#recovering = false;
      await this.rejoin('ice');
    }
  }

  #expectConnection() {
    if (this.peer?.connection.connectionState === 'connected') {
      this.options.onState('connected');
      return;
    }
    if (!this.#restarted) this.options.onState('connecting');
    this.#after(CONNECT_MS, () => void this.rejoin('ice'));
  }

  /** @param {number} ms @param {() => void} run */
  #after(ms, run) {
    clearTimeout(this.#watch);
    this.#watch = setTimeout(() => {
      if (!this.#closed && this.peer?.connection.connectionState !== 'connected') run();
    }, ms);
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#watch);
    this.peer?.close();
  }
}
