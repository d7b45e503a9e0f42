// Which tiles are on the screen, and where. Pure: numbers in, rectangles out.

/** @typedef {import('./state.js').RoomState} RoomState */
/** @typedef {import('./wire.js').Source} Source */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect */
/** @typedef {{key: string, participant: string, source: Source, slot: number|null, self: boolean}} Tile */
/** @typedef {"auto"|"gallery"|"speaker"|"presentation"} View */
/** @typedef {{stage: Tile[], tiles: Tile[], more: number}} Arranged */

const GAP = 8;
/** A camera is cut (object-fit: cover) between these ratios, so that a grid fills a phone as well as a laptop. */
const WIDEST = 16 / 9;
const TALLEST = 3 / 4;
/** Below this width a face is no more than a stamp. */
const SMALLEST = 148;

/**
 * The grid that shows the most: large tiles, but not by cutting faces out of their pictures. Four on a laptop's screen
 * are two by two, although four upright strips would fill more of it.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 * @returns {Rect[]}
 */
export function grid(count, width, height) {
  if (count <= 0 || width <= 0 || height <= 0) return [];
  let best = { worth: -1, columns: 1, tile: { width: 0, height: 0 } };
  for (let columns = 1; columns <= count; columns += 1) {
    const rows = Math.ceil(count / columns);
    const cell = { width: (width - GAP * (columns - 1)) / columns, height: (height - GAP * (rows - 1)) / rows };
    const tile = fit(cell.width, cell.height);
    // What is cut off a picture as wide as WIDEST costs half as much as tiles that are smaller by as much; on an upright
    // screen nothing, or faces would be stamps there.
    const whole = width > height && tile.height > 0 ? Math.sqrt(tile.width / tile.height / WIDEST) : 1;
    const worth = tile.width * tile.height * whole;
    if (worth > best.worth + 0.5) best = { worth, columns, tile };
  }
  return place(count, best.columns, best.tile, width, height);
}

/** @param {number} width @param {number} height */
function fit(width, height) {
  if (width <= 0 || height <= 0) return { width: 0, height: 0 };
  if (width / height > WIDEST) return { width: height * WIDEST, height };
  if (width / height < TALLEST) return { width, height: width / TALLEST };
  return { width, height };
}

/**
 * Rows centred, the last one too.
 * @param {number} count
 * @param {number} columns
 * @param {{width: number, height: number}} tile
 * @param {number} width
 * @param {number} height
 */
function place(count, columns, tile, width, height) {
  const rows = Math.ceil(count / columns);
  const top = (height - rows * tile.height - (rows - 1) * GAP) / 2;
  return Array.from({ length: count }, (_, index) => {
    const row = Math.floor(index / columns);
    const inRow = row === rows - 1 ? count - row * columns : columns;
    const left = (width - inRow * tile.width - (inRow - 1) * GAP) / 2;
    return {
      x: left + (index - row * columns) * (tile.width + GAP),
      y: top + row * (tile.height + GAP),
      width: tile.width,
      height: tile.height,
    };
  });
}

/**
 * One large tile and a strip: beside it on a wide screen, above it on a tall one.
 * @param {number} count tiles of the strip
 * @param {number} width
 * @param {number} height
 * @returns {{stage: Rect, strip: Rect[]}}
 */
export function stage(count, width, height) {
  if (count === 0) return { stage: { x: 0, y: 0, width, height }, strip: [] };
  const shown = Math.min(count, stripCapacity(width, height));
  if (width > height * 1.1) {
    const across = stripSize(width, height);
    const tall = across / WIDEST;
    const top = Math.max(0, (height - shown * tall - (shown - 1) * GAP) / 2);
    const strip = Array.from({ length: shown }, (_, index) => ({
      x: width - across,
      y: top + index * (tall + GAP),
      width: across,
      height: tall,
    }));
    return { stage: { x: 0, y: 0, width: width - across - GAP, height }, strip };
  }
  const tall = stripSize(width, height);
  const across = tall * (4 / 3);
  const left = Math.max(0, (width - shown * across - (shown - 1) * GAP) / 2);
  const strip = Array.from({ length: shown }, (_, index) => ({
    x: left + index * (across + GAP),
    y: 0,
    width: across,
    height: tall,
  }));
  return { stage: { x: 0, y: tall + GAP, width, height: height - tall - GAP }, strip };
}

/** Width of a strip beside, height of a strip above. @param {number} width @param {number} height */
function stripSize(width, height) {
  if (width > height * 1.1) return clamp(width * 0.18, 128, 248);
  // Three faces fit across the narrowest phone.
  return clamp(Math.min(height * 0.18, ((width - 2 * GAP) / 3) * (3 / 4)), 64, 132);
}

/** @param {number} width @param {number} height @returns {number} tiles that a strip can show */
export function stripCapacity(width, height) {
  const size = stripSize(width, height);
  const [length, each] = width > height * 1.1 ? [height, size / WIDEST] : [width, size * (4 / 3)];
  return Math.max(1, Math.floor((length + GAP) / (each + GAP)));
}

/** @param {number} width @param {number} height @returns {number} tiles that a grid can show */
export function gridCapacity(width, height) {
  const columns = Math.max(1, Math.floor((width + GAP) / (SMALLEST + GAP)));
  const rows = Math.max(1, Math.floor((height + GAP) / (SMALLEST / (4 / 3) + GAP)));
  return columns * rows;
}

/** Sizes are told in steps of this many device pixels, so that a window that is dragged is not told pixel by pixel. */
const STEP = 16;
/** Nobody sees more than two device pixels in one of a page. */
const DENSEST = 2;

/**
 * How large a picture is shown in a tile, device pixels: all of it inside (a screen), or cut to fill it (a camera).
 * @param {{width: number, height: number}} tile
 * @param {{width: number, height: number}} picture its own size; 0 × 0: not known yet, 16:9 is taken
 * @param {{cut: boolean, density: number}} how
 */
export function shownSize(tile, picture, { cut, density }) {
  const own = picture.width > 2 && picture.height > 2 ? picture : { width: 16, height: 9 };
  const scales = [tile.width / own.width, tile.height / own.height];
  const scale = (cut ? Math.max(...scales) : Math.min(...scales)) * Math.min(DENSEST, density);
  /** @param {number} value */
  const step = (value) => Math.min(16384, Math.ceil((value * scale) / STEP) * STEP);
  return { width: step(own.width), height: step(own.height) };
}

/** @param {number} value @param {number} low @param {number} high */
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));

/** @param {string} participant @param {Source} source */
export const keyOf = (participant, source) => `${participant}/${source}`;

/** On the stage at once: what is put forward is to be seen. */
const MOST_STAGED = 6;

/**
 * Who is on the stage, who is in the grid, and how many do not fit.
 *
 * Pinned goes before everything. Then a shared screen takes the stage, then whom the hosts put forward; the speaker view puts
 * who speaks there, the gallery nobody at all, and the presentation leaves nobody beside the stage but who speaks. The
 * others keep the order of arrival, so that faces do not jump; when there are too many, those who are put forward, those
 * whose camera is in a slot and those who speak stay.
 * @param {RoomState} state
 * @param {{view: View, pinned: string|null, room: number, now: number}} wish `room`: tiles that fit, yours included
 * @returns {Arranged}
 */
export function arrange(state, { view, pinned, room, now }) {
  const staged = stagedTiles(state, { view, pinned });
  const onStage = new Set(staged.map((tile) => tile.key));
  if (view === 'presentation') return { stage: staged, tiles: beside(state, onStage), more: 0 };
  const forward = new Set(state.showing.spotlight);
  const cameras = [...state.people.keys()].filter((participant) => !onStage.has(keyOf(participant, 'camera')));
  const ordered = forward.size ? [...cameras.filter((each) => forward.has(each)), ...cameras.filter((each) => !forward.has(each))] : cameras;
  const screens = staged.length ? [] : screensOf(state);
  const candidates = screens.length + ordered.length;
  if (candidates <= Math.max(1, room)) return { stage: staged, tiles: [...screens, ...ordered.map((each) => camera(state, each))], more: 0 };
  // One cell is needed to say how many more there are.
  const places = Math.max(0, Math.max(1, room - 1) - screens.length);
  const seen = new Set([...state.slots.values()].filter((shows) => shows.source === 'camera').map((shows) => shows.participant));
  /** @param {string} each */
  const rank = (each) => {
    if (each === state.you || forward.has(each)) return 0;
    if (each === state.speaker || state.loudness(each, now) > 0) return 1;
    return seen.has(each) ? 2 : 3;
  };
  // A tile is made of who is kept, and of nobody else: a thousand more cost a look each.
  /** @type {string[][]} */ const ranked = [[], [], [], []];
  for (const each of ordered) ranked[rank(each)]?.push(each);
  const kept = new Set(ranked.flat().slice(0, places));
  const faces = ordered.filter((each) => kept.has(each)).map((each) => camera(state, each));
  const tiles = [...screens.slice(0, Math.max(1, room - 1)), ...faces];
  return { stage: staged, tiles, more: candidates - tiles.length };
}

/** Who is on the stage. @param {RoomState} state @param {{view: View, pinned: string|null}} wish @returns {Tile[]} */
export function stagedTiles(state, { view, pinned }) {
  if (pinned && state.people.has(pinned)) return [camera(state, pinned)];
  if (view === 'gallery') return [];
  const shared = screensOf(state)[0];
  if (shared) return [shared];
  const forward = state.showing.spotlight.filter((participant) => state.people.has(participant)).slice(0, MOST_STAGED);
  if (forward.length) return forward.map((participant) => camera(state, participant));
  if (view === 'auto') return [];
  const first = speaking(state);
  return first ? [camera(state, first)] : [];
}

/** Your own before the others'. @param {RoomState} state @returns {Tile[]} */
function screensOf(state) {
  const own = state.self?.publishing.includes('screen') ? [screen(state, state.you)] : [];
  const shown = [...state.slots.values()].filter((shows) => shows.source === 'screen');
  return [...own, ...shown.map((shows) => screen(state, shows.participant))];
}

/** @param {RoomState} state @param {Set<string>} onStage @returns {Tile[]} whose face is seen beside a presentation */
function beside(state, onStage) {
  const first = speaking(state);
  const tile = first ? camera(state, first) : null;
  return tile && !onStage.has(tile.key) ? [tile] : [];
}

/** @param {RoomState} state @returns {string|undefined} who speaks or spoke last, or is there at all */
function speaking(state) {
  return state.people.has(state.speaker) ? state.speaker : (state.others[0]?.participant ?? state.self?.participant);
}

/** @param {RoomState} state @param {string} participant @returns {Tile} */
function camera(state, participant) {
  const slot = state.slotOf(participant, 'camera');
  return { key: keyOf(participant, 'camera'), participant, source: 'camera', slot, self: participant === state.you };
}

/** @param {RoomState} state @param {string} participant @returns {Tile} */
function screen(state, participant) {
  const slot = state.slotOf(participant, 'screen');
  return { key: keyOf(participant, 'screen'), participant, source: 'screen', slot, self: participant === state.you };
}
