// What each button of the bar shows now.

import { t } from './i18n.js';
import { Sources } from './mute.js';
import { symbolOf } from './view.js';

/** @typedef {import('./controls.js').Face} Face */
/** @typedef {import('./controls.js').Name} Name */

/**
 * The parts of the room that the buttons tell of; some are made after the bar.
 * @typedef {object} Parts
 * @property {Sources} sources
 * @property {import('./state.js').RoomState} state
 * @property {import('./controls.js').Controls} [controls]
 * @property {import('./chat.js').Chat} [chat]
 * @property {import('./hands.js').Hands} [hands]
 * @property {import('./view.js').View} [view]
 */

/** @type {Record<Name, (room: Parts) => Face>} */
const FACES = {
  microphone: (room) => input(room, 'microphone', 'mic'),
  camera: (room) => input(room, 'camera', 'camera'),
  screen: ({ sources, state }) => ({ symbol: sources.sharing ? 'screen-off' : 'screen', on: sources.sharing, hidden: !Sources.canShare || !state.rights.has('screen'),
    word: t('screen.word'), label: t(sources.sharing ? 'screen.stop' : 'screen.start') }),
  chat: (room) => ({ symbol: 'chat', word: t('chat.word'), label: t('chat.title'), badge: room.chat?.unread ?? 0, ...panel(room, 'chat') }),
  participants: (room) => ({ symbol: 'people', word: t('people.word'), label: t('people.title'), ...panel(room, 'participants') }),
  view: ({ view }) => ({ symbol: symbolOf(view?.layout ?? ''), word: t('view.word'), label: t('view.title'), expanded: view?.open ?? false, on: view?.open ?? false }),
  hand: ({ hands }) => ({ symbol: 'hand', word: t('hand.word'), label: t(hands?.up ? 'hand.down' : 'hand.up'), on: hands?.up ?? false }),
  react: ({ hands }) => ({ symbol: 'react', word: t('react.word'), label: t('react.title'), expanded: hands?.choosing ?? false, on: hands?.choosing ?? false }),
  menu: () => ({ symbol: 'more', word: t('menu.word'), label: t('menu.label') }),
  leave: () => ({ symbol: 'leave', word: t('leave.word'), label: t('leave.label') }),
};

/** @param {Parts} room @param {Name} name @returns {Face} */
export function face(room, name) {
  return FACES[name](room);
}

/** @param {Parts} room @param {"microphone"|"camera"} what @param {string} symbol @returns {Face} */
function input({ state, sources }, what, symbol) {
  const blocked = state.blocked.has(what);
  const on = sources.isSent(what);
  const shown = blocked && what === 'microphone' ? 'mic-lock' : on ? symbol : `${symbol}-off`;
  return { symbol: shown, off: !on, hidden: !state.rights.has(what), word: t(`${what}.word`), label: t(blocked ? `${what}.blocked` : on ? `${what}.turn_off` : `${what}.turn_on`) };
}

/** @param {Parts} room @param {"chat"|"participants"} what */
function panel({ controls }, what) {
  return { expanded: controls?.panel === what, on: controls?.panel === what };
}
