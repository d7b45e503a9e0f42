// What the browser gives: network, timers, chance. Tests give the protocol another one.

/** @typedef {import('./protocol.js').World} World */

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
