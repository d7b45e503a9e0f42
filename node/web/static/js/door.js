// The doors of the node that are HTTP requests, each answered once: look, join, wait, take away, leave. What stays in touch is
// protocol.js. Without DOM: it runs under Node as well.

import { RefusedError, UNREACHABLE, isRefusal, request } from './request.js';
import { browserWorld } from './world.js';

/** @typedef {import('./wire.js').IceServer} IceServer */
/** @typedef {import('./wire.js').Joined} Joined */
/** @typedef {import('./wire.js').Look} Look */
/** @typedef {import('./world.js').World} World */

/** An ICE restart is small, and the connection that it goes by may lead nowhere any more: rather join again. */
const RESTART_MS = 6_000;

export class Door {
  session = '';

  /**
   * @param {{origin: string, room: string, ticket: string, language: string, world?: World}} options
   *   `origin`: scheme and host of the node, e.g. `https://node.example`.
   */
  constructor({ origin, room, ticket, language, world = browserWorld() }) {
    this.origin = origin;
    this.room = room;
    this.ticket = ticket;
    this.language = language;
    this.world = world;
    /** @type {IceServer[]|null} TURN servers, where the node has any; null: nobody has asked */ this.iceServers = null;
    /** Of the room, where it asks for one. */
    this.password = '';
  }

  get #path() {
    return `/api/rooms/${encodeURIComponent(this.room)}`;
  }

  /** @returns {Promise<Look>} what the room is, before joining */
  async look() {
    const look = await this.#request('GET', this.#path, this.ticket);
    this.iceServers = look.ice_servers ?? [];
    return look;
  }

  /**
   * What lets us into a TURN server ends after a while; what we have is kept when the node does not answer.
   * @param {string|null} session
   */
  async refreshIceServers(session = this.session) {
    if (this.iceServers?.length === 0 || !session) return;
    try {
      this.iceServers = (await this.#request('GET', '/api/session', session)).ice_servers ?? [];
    } catch {
      // The servers that we know may still do.
    }
  }

  /**
   * Join, or come back with `session`.
   * @param {{name: string, sdp: string, session: string|null}} asked
   * @returns {Promise<Joined>}
   */
  async join({ name, sdp, session }) {
    const joined = /** @type {Joined} */ (await this.#request('POST', `${this.#path}/join`, this.ticket, this.#body({ name, sdp, session })));
    this.iceServers = joined.ice_servers ?? [];
    this.session = joined.session;
    return joined;
  }

  /**
   * Wait before the door, or go on waiting with `session`.
   * @param {{name: string, session: string|null}} asked
   */
  async wait({ name, session }) {
    this.session = (await this.#request('POST', `${this.#path}/wait`, this.ticket, this.#body({ name, session }))).session;
  }

  /** @param {object} asked */
  #body(asked) {
    return { language: this.language, ...asked, ...(this.password ? { password: this.password } : {}) };
  }

  /**
   * ICE restart (RFC 8445 2.4).
   * @param {string} sdp the new offer
   * @returns {Promise<string>} the answer
   */
  async restart(sdp) {
    return (await this.#request('PATCH', '/api/session', this.session, { sdp }, { within: RESTART_MS })).sdp;
  }

  /**
   * The chat to take away, for hosts. Throws RefusedError.
   * @param {"text"|"json"} format
   * @returns {Promise<Blob>}
   */
  transcript(format) {
    return this.file(`/api/session/chat?format=${format}`);
  }

  /**
   * Something to take away. Throws RefusedError.
   * @param {string} path
   * @returns {Promise<Blob>}
   */
  async file(path) {
    /** @type {Response} */ let response;
    try {
      response = await this.world.fetch(this.origin + path,
        { cache: 'no-store', credentials: 'omit', headers: { Authorization: `Bearer ${this.session}` } });
      if (response.ok) return await response.blob();
    } catch {
      throw new RefusedError(UNREACHABLE);
    }
    const answer = await response.json().catch(() => null);
    throw new RefusedError(isRefusal(answer) ? answer : UNREACHABLE);
  }

  /**
   * Leave for good, by HTTP: that request outlives a page which is being closed, a WebSocket message may not.
   * Never fails: the node finds out by itself if the request does not arrive.
   */
  async leave() {
    if (!this.session) return;
    try {
      await this.#request('DELETE', '/api/session', this.session, undefined, { keepalive: true });
    } catch {
      // The place is freed 30 s later all the same.
    }
  }

  /** The page goes away, closed or reloaded: the node need not wait long for it. A reload comes back with the session. */
  away() {
    if (this.session) this.world.beacon(`${this.origin}/api/session/leave`, this.session);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {string} bearer
   * @param {object} [body]
   * @param {import('./request.js').How} [how]
   */
  #request(method, path, bearer, body, how) {
    return request(this.world, method, this.origin + path, bearer, body, how);
  }
}
