// Which tiles are on the screen, and where. Pure: numbers in, rectangles out.

/** @typedef {import('./state.js').RoomState} RoomState */
/** @typedef {import('./protocol.js').Source} Source */
/** @typedef {{x: number, y: number, width: number, height: number}} Rect */
/** @typedef {{key: string, participant: string, source: Source, slot: number|null, self: boolean}} Tile */
/** @typedef {"grid"|"speaker"} View */
/** @typedef {{stage: Tile|null, tiles: Tile[], more: number}} Arranged */

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

/**
 * Who is on the stage, who is in the grid, and how many do not fit.
 *
 * A shared screen takes the stage; a pinned person goes before it; the speaker view puts who speaks there. The others
 * keep the order of arrival, so that faces do not jump; when there are too many, those whose camera is in a slot and
 * those who speak stay.
 * @param {RoomState} state
 * @param {{view: View, pinned: string|null, room: number, now: number}} wish `room`: tiles that fit, yours included
 * @returns {Arranged}
 */
export function arrange(state, { view, pinned, room, now }) {
  const staged = stagedTile(state, view, pinned);
  const candidates = [...state.people.values()]
    .map((person) => camera(state, person.participant))
    .filter((tile) => tile.key !== staged?.key);
  if (candidates.length <= Math.max(1, room)) return { stage: staged, tiles: candidates, more: 0 };
  // One cell is needed to say how many more there are.
  const places = Math.max(1, room - 1);
  /** @param {Tile} tile */
  const rank = (tile) => {
    if (tile.self) return 0;
    if (tile.participant === state.speaker || state.loudness(tile.participant, now) > 0) return 1;
    return tile.slot === null ? 3 : 2;
  };
  const kept = new Set(
    candidates
      .map((tile, order) => ({ tile, order, rank: rank(tile) }))
      .sort((a, b) => a.rank - b.rank || a.order - b.order)
      .slice(0, places)
      .map(({ tile }) => tile.key),
  );
  const tiles = candidates.filter((tile) => kept.has(tile.key));
  return { stage: staged, tiles, more: candidates.length - tiles.length };
}

/** @param {RoomState} state @param {View} view @param {string|null} pinned @returns {Tile|null} */
function stagedTile(state, view, pinned) {
  if (pinned && state.people.has(pinned)) return camera(state, pinned);
  if (state.self?.publishing.includes('screen')) return screen(state, state.you);
  for (const shows of state.slots.values()) if (shows.source === 'screen') return screen(state, shows.participant);
  if (view !== 'speaker') return null;
  const first = state.people.has(state.speaker) ? state.speaker : state.others[0]?.participant;
  return first ? camera(state, first) : null;
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
