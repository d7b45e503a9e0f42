// One HTTP request to the node, and how it is refused.

/** @typedef {import('./wire.js').Refusal} Refusal */
/** @typedef {import('./world.js').World} World */

const REQUEST_MS = 20_000;
const EMPTY = Object.freeze({ fr: '', en: '' });

/** A refusal that the page itself makes; its sentences are in the locale files under `refusal.<code>`. */
export const UNREACHABLE = /** @type {Refusal} */ (
  Object.freeze({ code: 'UNREACHABLE', rule: 'page.network', message: EMPTY, next_step: EMPTY })
);

/** Somebody said no: the node, or the network. */
export class RefusedError extends Error {
  /** @param {Refusal} refusal */
  constructor(refusal) {
    super(refusal.code);
    this.name = 'RefusedError';
    this.refusal = refusal;
  }
}

/**
 * @param {unknown} value
 * @returns {value is Refusal}
 */
export function isRefusal(value) {
  const maybe = /** @type {any} */ (value);
  return Boolean(maybe) && typeof maybe.code === 'string' && typeof maybe.message === 'object';
}

/**
 * @typedef {object} How
 * @property {boolean} [keepalive] the request outlives the page
 * @property {number} [within] how long it may take, ms
 */

/**
 * What a request is called in the node's log and in the plane's: 32 hex digits by chance.
 * @param {Pick<World, 'random'>} world
 */
export function requestId(world) {
  return Array.from({ length: 32 }, () => Math.min(15, Math.floor(world.random() * 16)).toString(16)).join('');
}

/**
 * @param {Pick<World, 'fetch'|'later'|'random'>} world
 * @param {string} method
 * @param {string} url
 * @param {string} bearer
 * @param {object} [body]
 * @param {How} [how]
 * @returns {Promise<any>} what the node answers; throws a `RefusedError`
 */
export async function request(world, method, url, bearer, body, { keepalive = false, within = REQUEST_MS } = {}) {
  const stop = new AbortController();
  const cancel = world.later(() => stop.abort(), within);
  /** @type {Response} */ let response;
  /** @type {any} */ let answer = null;
  try {
    response = await world.fetch(url, {
      method,
      keepalive,
      cache: 'no-store',
      credentials: 'omit',
      signal: stop.signal,
      headers: {
        Authorization: `Bearer ${bearer}`,
        'X-Request-Id': requestId(world),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // A refusal may come from something between us and the node, in any form; a yes comes whole or not at all.
    if (response.status !== 204) answer = await (response.ok ? response.json() : response.json().catch(() => null));
  } catch {
    throw new RefusedError(UNREACHABLE);
  } finally {
    cancel();
  }
  if (response.ok) return answer;
  throw new RefusedError(isRefusal(answer) ? answer : UNREACHABLE);
}
