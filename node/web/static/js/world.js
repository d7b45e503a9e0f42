// What the browser gives: network, timers, chance. Tests give the protocol another one.

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

/** @returns {World} */
export function browserWorld() {
  return {
    fetch: (url, init) => fetch(url, init),
    socket: (url, protocol) => new WebSocket(url, protocol),
    beacon: (url, body) => navigator.sendBeacon(url, body),
    later: (run, ms) => {
      const timer = setTimeout(run, ms);
      return () => clearTimeout(timer);
    },
    random: Math.random,
    now: () => performance.now(),
    key: () => crypto.getRandomValues(new Uint32Array(4)).join('-').slice(0, 40),
  };
}
