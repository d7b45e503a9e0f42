// From the link to the room: which screen is on, and what is remembered in this tab.

import { Check } from './check.js';
import { Devices } from './devices.js';
import { find } from './dom.js';
import { showEnding } from './ended.js';
import { language, languageToggles, start } from './i18n.js';
import { JoinScreen } from './join.js';
import { pickers, troubles } from './pickers.js';
import { Protocol, backoff } from './protocol.js';
import { Replay } from './replay.js';
import { RefusedError, UNREACHABLE } from './request.js';
import { Room } from './room.js';
import { WAITS, Waiting } from './waiting.js';

/** @typedef {import('./join.js').Choice} Choice */
/** @typedef {import('./ended.js').Ending} Ending */
/** @typedef {{session: string, choice: Choice, waits?: boolean}} Place `waits`: in the queue before the door */

const SCREENS = /** @type {const} */ (['loading', 'join', 'wait', 'room', 'replay', 'ended']);
/** Where the skip link leads on each of them. */
const MAINS = { loading: 'loading', join: 'join-main', wait: 'wait-main', room: 'tiles', replay: 'replay-main', ended: 'ended-main' };

const name = decodeURIComponent(location.pathname.split('/')[2] ?? '');
const ticket = decodeURIComponent(location.hash.slice(1));
const place = 'regie.place.' + name;
const devices = new Devices();
const skip = find('#skip', HTMLAnchorElement);
/** A crowd that is let in at once asks at once. */
const TRIES = 5;
/** Refusals that a reload is no way round. */
const LASTING = new Set(['REMOVED', 'BANNED', 'TURNED_AWAY']);
/** Refusals after which there may be something to see all the same: the session is over. */
const OVER = new Set(['ROOM_CLOSED', 'TICKET_EXPIRED', 'TICKET_WRONG']);
/** Devices that are just being opened are waited for, ms. */
const DEVICES_MS = 3000;
/** Refusals that are answered on the screen before the room. */
const CORRECTED = new Set(['NAME_INVALID', 'UNREACHABLE', 'PASSWORD_MISSING', 'PASSWORD_WRONG']);
/** @type {Room|null} */
let room = null;
/** @type {Waiting|null} */
let hall = null;
/** For what this person waits, as the node said when it was asked last. */
let waitsFor = '';

/** @param {(typeof SCREENS)[number]} which */
function show(which) {
  document.body.dataset.screen = which;
  for (const screen of SCREENS) find(`#${screen}`, HTMLElement).hidden = screen !== which;
  // A browser takes the focus from what is hidden only as it draws: until then a key would be written into a field that nobody sees.
  const active = document.activeElement;
  if (active instanceof HTMLElement && active.closest('[hidden]')) active.blur();
  skip.setAttribute('href', `#${MAINS[which]}`);
}

/** @returns {Place|null} */
function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(place) ?? 'null');
  } catch {
    return null;
  }
}

/** @param {unknown} error */
function refusalOf(error) {
  if (error instanceof RefusedError) return error.refusal;
  console.error(error);
  return UNREACHABLE;
}

const joinScreen = new JoinScreen(devices, (choice) => enter({ session: '', choice }));

new Check(name, ticket, devices);

/** @type {import('./wire.js').IceServer[]|null} as the node last told this screen */
let iceServers = null;

/** The screen before the room. */
async function lobby() {
  show('loading');
  try {
    const look = await new Protocol({ origin: location.origin, room: name, ticket, language: language(), on: SILENT }).look();
    iceServers = look.ice_servers ?? [];
    waitsFor = look.lobby ?? '';
    show('join');
    joinScreen.show(look);
    void offer(look.title);
  } catch (error) {
    const why = refusalOf(error);
    if (OVER.has(why.code) && (await replay.ask())) watch('', false);
    else ending({ kind: 'refused', why });
  }
}

const replay = new Replay(name, ticket, () => void lobby());

/** Beside the way in: what was recorded here before. @param {string} title */
async function offer(title) {
  const button = find('#join-replay', HTMLButtonElement);
  button.onclick = () => watch(title, true);
  button.hidden = !(await replay.ask());
}

/** What was recorded here. @param {string} title @param {boolean} back whether one can come in, too */
function watch(title, back) {
  joinScreen.hide();
  devices.closeAll();
  show('replay');
  replay.show(title, back);
}

/** @type {import('./protocol.js').Handlers} */
const SILENT = { message: () => {}, connection: () => {}, rejoin: () => {}, ended: () => {}, refused: () => {} };

/**
 * @param {Place} wish
 * @param {number} [tries] how often a node that does not answer is asked again
 * @returns {Promise<import('./wire.js').Refusal|null>} what is to be corrected on the screen before the room
 */
async function enter({ session, choice }, tries = 0) {
  if (!session && waitsFor) return wait({ session, choice });
  const entered = new Room({
    room: name,
    ticket,
    session: session || null,
    choice,
    devices,
    language: language(),
    iceServers,
    onSession: (now, chosen) => sessionStorage.setItem(place, JSON.stringify({ session: now, choice: chosen })),
    onReady: () => {
      show('room');
      joinScreen.hide();
    },
    onEnd: ending,
  });
  room = entered;
  try {
    await entered.enter();
    return null;
  } catch (error) {
    entered.close();
    room = null;
    const why = refusalOf(error);
    if (why.code === 'UNREACHABLE' && tries) {
      await new Promise((resolve) => setTimeout(resolve, backoff(TRIES + 1 - tries, Math.random())));
      return enter({ session, choice }, tries - 1);
    }
    if (CORRECTED.has(why.code)) {
      if (session) await lobby();
      else show('join');
      return why;
    }
    if (WAITS.has(why.code)) return wait({ session, choice });
    if (session && why.code === 'SESSION_UNKNOWN') {
      sessionStorage.removeItem(place);
      return enter({ session: '', choice });
    }
    ending({ kind: 'refused', why });
    return null;
  }
}

/**
 * Before the door, until somebody or the hour lets us in. Nothing is filmed or heard meanwhile.
 * @param {Place} wish
 * @returns {Promise<import('./wire.js').Refusal|null>} what is to be corrected on the screen before the room
 */
async function wait({ session, choice }) {
  waitsFor = '';
  const { name: who, microphone, camera } = choice;
  const asked = { name: who, microphone, camera };
  const waiting = new Waiting({
    room: name,
    ticket,
    language: language(),
    choice,
    session: session || null,
    onSession: (now) => sessionStorage.setItem(place, JSON.stringify({ session: now, choice: asked, waits: true })),
    onAdmitted: (now) => {
      hall = null;
      void comeIn({ session: now, choice: asked });
    },
    onEnd: (how) => {
      hall = null;
      ending(how);
    },
  });
  try {
    await waiting.begin();
  } catch (error) {
    waiting.close();
    const why = refusalOf(error);
    if (CORRECTED.has(why.code)) {
      if (session) await lobby();
      return why;
    }
    ending({ kind: 'refused', why });
    return null;
  }
  hall = waiting;
  joinScreen.hide();
  devices.closeAll();
  show('wait');
  find('#wait-title', HTMLElement).focus();
  return null;
}

/** @param {Ending} how */
function ending(how) {
  room = null;
  joinScreen.hide();
  devices.closeAll();
  const kept = remembered();
  if (how.why?.code === 'LOBBY' && kept) {
    // Sent back before the door: the name is known, so nobody is asked anything.
    void wait(kept);
    return;
  }
  // Who was removed keeps what the node knows them by: a reload is no way back in.
  const stays = how.kind === 'replaced' || how.kind === 'node_stopping' || how.kind === 'removed' || LASTING.has(how.why?.code ?? '');
  if (!stays) sessionStorage.removeItem(place);
  show('ended');
  showEnding(how, () => void (kept && how.kind === 'replaced' ? back(kept) : lobby()));
}

/** Let in: with what the devices can give by then, and not later than the place is kept. @param {Place} wish */
async function comeIn(wish) {
  show('loading');
  const { microphone, camera } = wish.choice;
  void devices.open(/** @type {const} */ (['microphone', 'camera']).filter((input) => (input === 'camera' ? camera : microphone)));
  await devices.settled(DEVICES_MS);
  await enter(wish, TRIES);
}

/** A reload, or a tab that takes its place again: nothing is asked twice. @param {Place} kept */
async function back(kept) {
  show('loading');
  const { microphone, camera } = kept.choice;
  if (kept.waits) {
    await wait(kept);
    return;
  }
  await devices.open(/** @type {const} */ (['microphone', 'camera']).filter((input) => (input === 'camera' ? camera : microphone)));
  await enter(kept);
}

/** The skip link must not touch the fragment: it holds the ticket. */
skip.addEventListener('click', (event) => {
  event.preventDefault();
  find(skip.getAttribute('href') ?? 'main', HTMLElement).focus();
});

addEventListener('hashchange', () => location.reload());
// Diagnostics and end-to-end tests (static/README.md): read-only.
Object.defineProperty(globalThis, '__regie', {
  value: Object.freeze({
    get peer() {
      return room?.peer?.connection ?? null;
    },
    get state() {
      return room?.state ?? null;
    },
    get link() {
      return (room ?? hall)?.protocol.state ?? 'idle';
    },
  }),
});

await start();
languageToggles();
pickers(find('#settings-pickers', HTMLElement), devices);
troubles(find('#settings-trouble', HTMLElement), devices);
const kept = remembered();
if (kept?.session) await back(kept);
else await lobby();
