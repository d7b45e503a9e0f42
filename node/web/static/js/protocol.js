// The participants' protocol (node/signaling/README.md), without DOM and without media: it runs under Node as well.
//
// One HTTP request joins, one WebSocket keeps in touch. What the page wants to be true (what it publishes, what it can
// show, chat not yet acknowledged) is kept here and said again after every reconnection, so callers never ask whether
// the WebSocket is open.

import { RefusedError, UNREACHABLE, isRefusal, request } from './request.js';
import { browserWorld } from './world.js';

/** @typedef {"microphone"|"camera"|"screen"|"screen_audio"} Source */
/** @typedef {{fr: string, en: string}} Text */
/** @typedef {{code: string, rule: string, message: Text, next_step: Text, limit?: string, current?: string, set_by?: string}} Refusal */
/** @typedef {{participant: string, name: string, role: string, publishing: Source[], blocked: Source[], state: "here"|"away"|"joining"}} Person */
/** @typedef {{slot: number, participant: string|null, source: Source|null}} SlotShows */
/** @typedef {{message: string, participant: string, name: string, text: string, html: string, sent: number, key?: string, to?: string, reply?: string}} ChatMessage */
/** @typedef {{to?: string, reply?: string}} Address `to`: "" everybody, "staff" the hosts, or a participant */
/** @typedef {{public: boolean, private: boolean, to_staff: boolean, slow_s: number, hold: boolean, words: "allow"|"hold"|"refuse", strictness: ""|"slow"|"hold", per_moderator: number, own_words?: string[]}} Mode */
/** @typedef {{item: string, kind: "held"|"report", participant: string, name: string, text: string, html: string, at: number, why: string, message?: string, private?: boolean, reports?: number, claimed_by?: string, claimed_name?: string, verdict?: string}} Item */
/** @typedef {{participant: string, since: number}} Hand */
/** @typedef {"clap"|"yes"|"no"|"heart"|"laugh"|"wow"} Reaction */
/** @typedef {{reaction: Reaction, count: number, people: string[]}} Tally */
/** @typedef {{stage: "covered"|"short"|"slow"|"hold", needed: number, present: number}} Cover */
/** @typedef {{index: number, kind: "audio"|"video", mid: string}} Slot */
/** @typedef {{participant: string, session: string, role: string, rights?: string[], flags?: string[], sdp: string, slots: Slot[], tracks: {source: Source, mid: string}[], room: {room: string, title: string}, max_message: number, ice_servers?: IceServer[]}} Joined */
/** @typedef {{urls: string[], username: string, credential: string}} IceServer */
/** @typedef {{participant: string, name: string, role: string, since: number, why: string}} Waiter one who waits before the door; `since`: ms since the epoch */
/** @typedef {{on: boolean, agenda: string, message: string, waiters: Waiter[], total: number}} Waiters */
/** @typedef {{room: string, title: string, people: number, max_participants: number, role: string, lobby?: string, password?: boolean, name?: string, ice_servers?: IceServer[]}} Look */
/** @typedef {{type: "welcome", seq: number, you: string, room: {room: string, title: string}, people: Person[], slots: SlotShows[], chat: ChatMessage[], blocked: Source[]}} Welcome */
/** @typedef {{slot: number, width: number, height: number}} TileSize device pixels; 0 × 0: not shown */
/** @typedef {"unknown"|"good"|"fair"|"poor"} Grade */
/** @typedef {{grade: Grade, cause: ""|"network_up"|"network_down"|"device"|"node"}} Verdict */
/** @typedef {{video_fps: number, video_lost: number, audio_lost: number, rtt_ms: number, jitter_ms: number, freezes: number, frozen_ms: number, decode_ms: number, dropped: number, limited: ""|"cpu"|"bandwidth"}} Quality */
/** @typedef {"removed"|"closed"|"replaced"|"node_stopping"} EndCause */
/** @typedef {"idle"|"connecting"|"open"|"waiting"|"ended"} ConnectionState */

/**
 * What the protocol tells its owner. Every handler is called in the order of the server's messages.
 * @typedef {object} Handlers
 * @property {(message: any) => void} message  welcome, person, gone, slots, layers, held, quality, grades, speaking, chat, older, queue, hidden, blocked
 * @property {(state: ConnectionState) => void} connection
 * @property {(cause: string) => void} rejoin  the media transport is gone, or the session (`cause` = `session`)
 * @property {(cause: EndCause, why: Refusal|null) => void} ended
 * @property {(refusal: Refusal, to: string) => void} refused  a request of the page was refused
 */

/**
 * The world outside, so that tests run in virtual time.
 * @typedef {object} World
 * @property {(url: string, init: RequestInit) => Promise<Response>} fetch
 * @property {(url: string, protocol: string) => WebSocket} socket
 * @property {(url: string, body: string) => boolean} beacon  a request that outlives the page; whether it was taken
 * @property {(run: () => void, ms: number) => (() => void)} later  returns the cancellation
 * @property {() => number} random  0 … 1
 * @property {() => number} now  milliseconds
 * @property {() => string} key  a fresh chat key, at most 40 characters
 */

export const SUBPROTOCOL = 'regie.v1';
/** Largest client message the node takes, bytes. */
export const MAX_MESSAGE_BYTES = 16 * 1024;
const PING_MS = 10_000;
/** Silence after which the WebSocket is taken for dead: two pings without an answer and a bit. */
const SILENCE_MS = 25_000;
/** The same where there is a reason to doubt: the media path broke, the network changed, the machine woke up. */
const DOUBT_MS = 4_000;
const GREETING_MS = 10_000;
/** An ICE restart is small, and the connection that it goes by may lead nowhere any more: rather join again. */
const RESTART_MS = 6_000;
const BACKOFF_FIRST_MS = 300;
const BACKOFF_MAX_MS = 8_000;

/**
 * Milliseconds before attempt number `attempt` (1 = first retry). "Full jitter" between half and all of the step, so
 * that a room of a thousand does not come back in the same millisecond.
 * @param {number} attempt
 * @param {number} random 0 … 1
 */
export function backoff(attempt, random) {
  const step = Math.min(BACKOFF_MAX_MS, BACKOFF_FIRST_MS * 2 ** (attempt - 1));
  return step * (0.5 + random / 2);
}

export class Protocol {
  /** @type {WebSocket|null} */ #socket = null;
  /** @type {ConnectionState} */ #state = 'idle';
  #session = '';
  #seq = 0;
  #attempt = 0;
  #heard = 0;
  #pings = 0;
  #ended = false;
  /** @type {Map<string, object>} what must be true on the node, by topic */ #desired = new Map();
  /** @type {Map<string, {text: string, address: Address, settle: (refusal: Refusal|null) => void}>} */ #unsent = new Map();
  /** @type {Set<() => void>} */ #timers = new Set();

  /**
   * @param {{origin: string, room: string, ticket: string, language: string, on: Handlers, world?: World}} options
   *   `origin`: scheme and host of the node, e.g. `https://node.example`.
   */
  constructor({ origin, room, ticket, language, on, world = browserWorld() }) {
    this.origin = origin;
    this.room = room;
    this.ticket = ticket;
    this.language = language;
    this.on = on;
    this.world = world;
    /** @type {IceServer[]|null} TURN servers, where the node has any; null: nobody has asked */ this.iceServers = null;
    /** Of the room, where it asks for one. */
    this.password = '';
    /** Round trip of the last ping, ms. */
    this.rtt = 0;
    /** @type {number} */ this.pingSent = 0;
  }

  get session() {
    return this.#session;
  }

  get state() {
    return this.#state;
  }

  get seq() {
    return this.#seq;
  }

  // ------------------------------------------------------------------ HTTP

  /** @returns {Promise<Look>} what the room is, before joining */
  async look() {
    const look = await this.#request('GET', `/api/rooms/${encodeURIComponent(this.room)}`, this.ticket);
    this.iceServers = look.ice_servers ?? [];
    return look;
  }

  /**
   * What lets us into a TURN server ends after a while; what we have is kept when the node does not answer.
   * @param {string|null} session
   */
  async refreshIceServers(session = this.#session) {
    if (this.iceServers?.length === 0 || !session) return;
    try {
      this.iceServers = (await this.#request('GET', '/api/session', session)).ice_servers ?? [];
    } catch {
      // The servers that we know may still do.
    }
  }

  /**
   * Join, or come back with `session`. Afterwards `connect()` may be called.
   * @param {{name: string, sdp: string, session: string|null}} request
   * @returns {Promise<Joined>}
   */
  async join({ name, sdp, session }) {
    const path = `/api/rooms/${encodeURIComponent(this.room)}/join`;
    const body = { name, language: this.language, sdp, session, ...(this.password ? { password: this.password } : {}) };
    const joined = /** @type {Joined} */ (await this.#request('POST', path, this.ticket, body));
    this.iceServers = joined.ice_servers ?? [];
    const other = joined.session !== this.#session;
    this.#session = joined.session;
    if (other) {
      this.#seq = 0;
      if (this.#socket) this.#reopen();
    } else if (this.#state === 'open') {
      // The new transport starts from nothing: what it shows and sends is to be said again.
      for (const message of this.#desired.values()) this.#send(message);
    }
    return joined;
  }

  /**
   * Wait before the door, or go on waiting with `session`. Afterwards `connect()` may be called.
   * @param {{name: string, session: string|null}} request
   */
  async wait({ name, session }) {
    const body = { name, language: this.language, session, ...(this.password ? { password: this.password } : {}) };
    this.#session = (await this.#request('POST', `/api/rooms/${encodeURIComponent(this.room)}/wait`, this.ticket, body)).session;
    this.#seq = 0;
  }

  /** Say nothing more and hear nothing more; the session stays what it is. */
  quit() {
    this.#finish();
  }

  /**
   * The chat to take away, for hosts. Throws RefusedError.
   * @param {"text"|"json"} format
   * @returns {Promise<Blob>}
   */
  async transcript(format) {
    /** @type {Response} */ let response;
    try {
      response = await this.world.fetch(`${this.origin}/api/session/chat?format=${format}`,
        { cache: 'no-store', credentials: 'omit', headers: { Authorization: `Bearer ${this.#session}` } });
      if (response.ok) return await response.blob();
    } catch {
      throw new RefusedError(UNREACHABLE);
    }
    const answer = await response.json().catch(() => null);
    throw new RefusedError(isRefusal(answer) ? answer : UNREACHABLE);
  }

  /**
   * ICE restart (RFC 8445 2.4).
   * @param {string} sdp the new offer
   * @returns {Promise<string>} the answer
   */
  async restart(sdp) {
    return (await this.#request('PATCH', '/api/session', this.#session, { sdp }, { within: RESTART_MS })).sdp;
  }

  /**
   * Leave for good, by HTTP: that request outlives a page which is being closed, a WebSocket message may not.
   * Never fails: the node finds out by itself if the request does not arrive.
   */
  async leave() {
    const session = this.#session;
    this.#finish();
    if (!session) return;
    try {
      await this.#request('DELETE', '/api/session', session, undefined, { keepalive: true });
    } catch {
      // The place is freed 30 s later all the same.
    }
  }

  /** The page goes away, closed or reloaded: the node need not wait long for it. A reload comes back with the session. */
  away() {
    if (this.#session && !this.#ended) this.world.beacon(`${this.origin}/api/session/leave`, this.#session);
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

  // ------------------------------------------------------------------ WebSocket

  /** Open the WebSocket and keep it open until `leave()` or the node says `ended`. */
  connect() {
    if (this.#socket || this.#ended) return;
    this.#become('connecting');
    const socket = this.world.socket(`${this.origin.replace(/^http/, 'ws')}/ws`, SUBPROTOCOL);
    this.#socket = socket;
    this.#heard = this.world.now();
    const late = this.#later(() => this.#drop(socket), GREETING_MS);
    socket.onopen = () => {
      const hello = { type: 'hello', session: this.#session, seq: this.#seq, language: this.language };
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => {
      if (socket !== this.#socket) return;
      late();
      this.#receive(event.data);
    };
    socket.onclose = (event) => {
      late();
      if (socket === this.#socket) this.#closed(event.code);
    };
  }

  /** The network is back or another one, or the machine woke up: try at once, or see whether the WebSocket still leads anywhere. */
  wake() {
    if (this.#state !== 'waiting') {
      if (this.#state === 'open') this.#doubt();
      return;
    }
    this.#attempt = 0;
    this.#cancelTimers();
    this.connect();
  }

  #reopen() {
    const old = this.#socket;
    this.#socket = null;
    this.#cancelTimers();
    old?.close(1000);
    this.connect();
  }

  /** @param {WebSocket} socket */
  #drop(socket) {
    if (socket !== this.#socket) return;
    socket.close();
    this.#closed(1006);
  }

  /** @param {number} code close code (RFC 6455 7.4) */
  #closed(code) {
    this.#socket = null;
    this.#cancelTimers();
    if (this.#ended) return;
    (ON_CLOSE[code] ?? retry)(this);
  }

  /** Used by the table of close codes. */
  retryLater() {
    this.#become('waiting');
    this.#attempt += 1;
    this.#later(() => this.connect(), backoff(this.#attempt, this.world.random()));
  }

  /**
   * Used by the table of close codes.
   * @param {EndCause} cause
   * @param {Refusal|null} why
   */
  end(cause, why) {
    if (this.#ended) return;
    this.#finish();
    this.on.ended(cause, why);
  }

  /** The node does not know the session any more: the owner joins again, and then calls `connect()`. */
  sessionLost() {
    this.#session = '';
    this.#seq = 0;
    this.#become('waiting');
    this.on.rejoin('session');
  }

  #finish() {
    this.#ended = true;
    this.#become('ended');
    this.#cancelTimers();
    const socket = this.#socket;
    this.#socket = null;
    socket?.close(1000);
    for (const { settle } of this.#unsent.values()) settle(UNREACHABLE);
    this.#unsent.clear();
  }

  /** @param {unknown} data */
  #receive(data) {
    this.#heard = this.world.now();
    /** @type {any} */ let message;
    try {
      message = JSON.parse(String(data));
    } catch {
      return;
    }
    const handle = Object.hasOwn(ON_MESSAGE, message?.type) ? ON_MESSAGE[message.type] : undefined;
    if (!handle) return;
    if (typeof message.seq === 'number') {
      const again = message.seq <= this.#seq && message.type !== 'welcome' && message.type !== 'resumed';
      if (again) return;
      this.#seq = message.type === 'resumed' ? this.#seq : message.seq;
    }
    handle(this, message);
  }

  /** The node greeted: say again what must be true, and what it may have missed. */
  greeted() {
    this.#attempt = 0;
    this.#become('open');
    for (const message of this.#desired.values()) this.#send(message);
    for (const [key, { text, address }] of this.#unsent) this.#send({ type: 'chat', text, key, ...address });
    this.#schedulePing();
  }

  /**
   * @param {string} key
   * @param {Refusal|null} refusal null: it is in the room
   */
  settleChat(key, refusal) {
    const waiting = this.#unsent.get(key);
    this.#unsent.delete(key);
    waiting?.settle(refusal);
  }

  #schedulePing() {
    this.#later(() => {
      if (this.#state !== 'open' || !this.#socket) return;
      if (this.world.now() - this.#heard > SILENCE_MS) {
        this.#drop(this.#socket);
        return;
      }
      this.#ping();
      this.#schedulePing();
    }, PING_MS);
  }

  #doubt() {
    const socket = this.#socket;
    const since = this.world.now();
    this.#ping();
    this.#later(() => {
      if (socket && this.#heard <= since) this.#drop(socket);
    }, DOUBT_MS);
  }

  #ping() {
    this.#pings += 1;
    this.pingSent = this.world.now();
    this.#send({ type: 'ping', n: this.#pings });
  }

  // ------------------------------------------------------------------ what the page says

  /**
   * @param {Source} source
   * @param {boolean} on
   */
  publish(source, on) {
    this.#want(`publish ${source}`, { type: 'publish', source, on });
  }

  /**
   * @param {number} tiles video tiles that can be shown now
   * @param {string|null} pinned participant
   */
  layout(tiles, pinned) {
    this.#want('layout', { type: 'layout', tiles, pinned });
  }

  /** @param {TileSize[]} sizes how large the video slots are shown now */
  sizes(sizes) {
    this.#want('sizes', { type: 'sizes', sizes });
  }

  /**
   * Send to the room; sent again after a reconnection until the node says yes or no.
   * @param {string} text
   * @param {string} key from `world.key()`; the same key is never shown twice
   * @param {Address} [address]
   * @returns {Promise<Refusal|null>} null when the node has the message: it is in the room, or waits for a host
   */
  chat(text, key, address = {}) {
    if (this.#ended) return Promise.resolve(UNREACHABLE);
    return new Promise((settle) => {
      this.#unsent.set(key, { text, address, settle });
      if (this.#state === 'open') this.#send({ type: 'chat', text, key, ...address });
    });
  }

  /** Ask the node once, and do not ask again. @param {string} type @param {object} [fields] @returns {boolean} */
  ask(type, fields = {}) {
    return this.#send({ type, ...fields });
  }

  /**
   * @param {string} participant
   * @param {Source} source
   * @param {boolean} muted
   */
  mute(participant, source, muted) {
    return this.#send({ type: 'mute', participant, source, muted });
  }

  /** @param {number} minutes the end of the session moves by so many */
  extend(minutes) {
    return this.#send({ type: 'extend', minutes });
  }

  /** The session is over, for everybody. */
  endSession() {
    return this.#send({ type: 'end' });
  }

  /** @param {string} participant */
  remove(participant) {
    return this.#send({ type: 'remove', participant });
  }

  /** @param {Quality} quality */
  quality(quality) {
    return this.#state === 'open' && this.#send({ type: 'quality', ...quality });
  }

  /**
   * @param {string} topic
   * @param {object} message
   */
  #want(topic, message) {
    if (JSON.stringify(this.#desired.get(topic)) === JSON.stringify(message)) return;
    this.#desired.set(topic, message);
    if (this.#state === 'open') this.#send(message);
  }

  /**
   * @param {object} message
   * @returns {boolean} false: not connected, nothing was sent
   */
  #send(message) {
    if (!this.#socket || this.#socket.readyState !== 1) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  /** @param {ConnectionState} state */
  #become(state) {
    if (state === this.#state) return;
    this.#state = state;
    this.on.connection(state);
  }

  /**
   * @param {() => void} run
   * @param {number} ms
   */
  #later(run, ms) {
    const cancel = this.world.later(() => {
      this.#timers.delete(cancel);
      run();
    }, ms);
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  #cancelTimers() {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
  }
}

/** @param {Protocol} protocol */
const retry = (protocol) => protocol.retryLater();

/**
 * What a close code means (README "Close codes"). Every other code is a network accident: try again.
 * @type {Record<number, (protocol: Protocol) => void>}
 */
const ON_CLOSE = {
  4001: (protocol) => protocol.end('replaced', null),
  4003: (protocol) => protocol.sessionLost(),
};

/** @param {Protocol} protocol @param {any} message */
const tell = (protocol, message) => protocol.on.message(message);

/**
 * What a server message does. A type that is not here is from a newer node and is ignored.
 * @type {Record<string, (protocol: Protocol, message: any) => void>}
 */
const ON_MESSAGE = {
  welcome: (protocol, message) => {
    protocol.on.message(message);
    for (const said of [...message.chat, ...(message.waiting ?? [])]) if (said.key) protocol.settleChat(said.key, null);
    protocol.greeted();
  },
  resumed: (protocol) => protocol.greeted(),
  lobby: (protocol, message) => {
    if (protocol.state !== 'open') protocol.greeted();
    protocol.on.message(message);
  },
  admitted: tell,
  waiters: tell,
  person: tell,
  gone: tell,
  slots: tell,
  layers: tell,
  held: tell,
  quality: tell,
  grades: tell,
  speaking: tell,
  chat: (protocol, message) => {
    protocol.on.message(message);
    if (message.message.key) protocol.settleChat(message.message.key, null);
  },
  hidden: tell,
  waiting: (protocol, message) => {
    protocol.on.message(message);
    protocol.settleChat(message.key, null);
  },
  older: tell,
  queue: tell,
  declined: tell,
  reported: tell,
  mode: tell,
  flags: tell,
  item: tell,
  restraint: tell,
  hands: tell,
  reactions: tell,
  cover: tell,
  blocked: tell,
  rejoin: (protocol, message) => protocol.on.rejoin(message.cause),
  refused: (protocol, message) => {
    if (message.to === 'chat' && message.key) protocol.settleChat(message.key, message);
    else protocol.on.refused(message, message.to ?? '');
  },
  ended: (protocol, message) => protocol.end(message.cause, message.why ?? null),
  pong: (protocol) => {
    protocol.rtt = protocol.world.now() - protocol.pingSent;
  },
};
