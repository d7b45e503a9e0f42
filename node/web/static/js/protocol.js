// The participants' protocol (node/signaling/README.md), without DOM and without media: it runs under Node as well.
//
// One HTTP request joins (door.js), one WebSocket keeps in touch. What the page wants to be true (what it publishes, what it can
// show, chat not yet acknowledged) is kept here and said again after every reconnection, so callers never ask whether
// the WebSocket is open.

import { Door } from './door.js';
import { UNREACHABLE, requestId } from './request.js';

/** @typedef {import('./wire.js').Address} Address */
/** @typedef {import('./wire.js').EndCause} EndCause */
/** @typedef {import('./wire.js').Quality} Quality */
/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {import('./wire.js').Source} Source */
/** @typedef {import('./wire.js').TileSize} TileSize */
/** @typedef {"idle"|"connecting"|"open"|"waiting"|"ended"} ConnectionState */

/**
 * What the protocol tells its owner. Every handler is called in the order of the server's messages.
 * @typedef {object} Handlers
 * @property {(message: any) => void} message  whatever the node says that is not of the protocol itself
 * @property {(state: ConnectionState) => void} connection
 * @property {(cause: string) => void} rejoin  the media transport is gone, or the session (`cause` = `session`)
 * @property {(cause: EndCause, why: Refusal|null) => void} ended
 * @property {(refusal: Refusal, to: string) => void} refused  a request of the page was refused
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

export class Protocol extends Door {
  /** @type {WebSocket|null} */ #socket = null;
  /** @type {ConnectionState} */ #state = 'idle';
  #seq = 0;
  #attempt = 0;
  #heard = 0;
  #pings = 0;
  #ended = false;
  /** @type {Map<string, object>} what must be true on the node, by topic */ #desired = new Map();
  /** @type {Map<string, {text: string, address: Address, settle: (refusal: Refusal|null) => void}>} */ #unsent = new Map();
  /** @type {Set<() => void>} */ #timers = new Set();

  /** @param {{origin: string, room: string, ticket: string, language: string, on: Handlers, world?: import('./world.js').World}} options */
  constructor(options) {
    super(options);
    this.on = options.on;
    /** Round trip of the last ping, ms. */
    this.rtt = 0;
    /** @type {number} */ this.pingSent = 0;
  }

  get state() {
    return this.#state;
  }

  get seq() {
    return this.#seq;
  }

  /**
   * Join, or come back with `session`. Afterwards `connect()` may be called.
   * @override
   * @param {{name: string, sdp: string, session: string|null}} asked
   */
  async join(asked) {
    const before = this.session;
    const joined = await super.join(asked);
    if (joined.session !== before) {
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
   * @override
   * @param {{name: string, session: string|null}} asked
   */
  async wait(asked) {
    await super.wait(asked);
    this.#seq = 0;
  }

  /** Say nothing more and hear nothing more; the session stays what it is. */
  quit() {
    this.#finish();
  }

  /** Leave for good. @override */
  async leave() {
    this.#finish();
    await super.leave();
  }

  /** The page goes away, closed or reloaded. @override */
  away() {
    if (!this.#ended) super.away();
  }

  /** Open the WebSocket and keep it open until `leave()` or the node says `ended`. */
  connect() {
    if (this.#socket || this.#ended) return;
    this.#become('connecting');
    const socket = this.world.socket(`${this.origin.replace(/^http/, 'ws')}/ws`, SUBPROTOCOL);
    this.#socket = socket;
    this.#heard = this.world.now();
    const late = this.#later(() => this.#drop(socket), GREETING_MS);
    socket.onopen = () => {
      const hello = { type: 'hello', session: this.session, seq: this.#seq, language: this.language, request: requestId(this.world) };
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
    this.session = '';
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
    if (typeof message?.type !== 'string') return;
    if (typeof message.seq === 'number') {
      const again = message.seq <= this.#seq && message.type !== 'welcome' && message.type !== 'resumed';
      if (again) return;
      this.#seq = message.type === 'resumed' ? this.#seq : message.seq;
    }
    if (Object.hasOwn(ON_MESSAGE, message.type)) ON_MESSAGE[message.type]?.(this, message);
    else this.on.message(message);
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
    this.want(`publish ${source}`, { type: 'publish', source, on });
  }

  /**
   * @param {number} tiles video tiles that can be shown now
   * @param {string|null} pinned participant
   */
  layout(tiles, pinned) {
    this.want('layout', { type: 'layout', tiles, pinned });
  }

  /** @param {TileSize[]} sizes how large the video slots are shown now */
  sizes(sizes) {
    this.want('sizes', { type: 'sizes', sizes });
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

  /** @param {string} participant */
  ban(participant) {
    return this.#send({ type: 'ban', participant });
  }

  /** @param {Quality} quality */
  quality(quality) {
    return this.#state === 'open' && this.#send({ type: 'quality', ...quality });
  }

  /**
   * Say it now, and again after every reconnection.
   * @param {string} topic
   * @param {object} message
   */
  want(topic, message) {
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

/**
 * What a server message does beside being told. What nobody understands is from a newer node, and state.js ignores it.
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
  chat: (protocol, message) => {
    protocol.on.message(message);
    if (message.message.key) protocol.settleChat(message.message.key, null);
  },
  waiting: (protocol, message) => {
    protocol.on.message(message);
    protocol.settleChat(message.key, null);
  },
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
