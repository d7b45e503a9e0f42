// The pictures: one tile for each person, one for a shared screen, moved without ever leaving their place in the DOM
// (a video that is moved stops).

import { find, h, icon, initials, set, setIcon, setText, tint } from './dom.js';
import { isolate, t } from './i18n.js';
import { drawGrade } from './quality.js';
import { arrange, grid, gridCapacity, shownSize, stage, stagedTiles, stripCapacity } from './layout.js';

/** @typedef {import('./layout.js').Tile} Tile */
/** @typedef {import('./layout.js').Rect} Rect */
/** @typedef {import('./state.js').RoomState} RoomState */

/**
 * @typedef {object} Shown
 * @property {HTMLElement} node
 * @property {HTMLVideoElement} video
 * @property {HTMLElement} name
 * @property {HTMLElement} microphone
 * @property {HTMLButtonElement} pin
 * @property {HTMLElement} avatar
 * @property {HTMLElement} note
 * @property {HTMLElement} quality
 * @property {Tile} tile
 * @property {Rect} rect
 */

/** Tiles that still glide to their places. */
const MANY = 16;

export class Tiles {
  #holder = find('#tiles', HTMLElement);
  /** @type {Map<string, Shown>} */ #shown = new Map();
  #more = h('button', { type: 'button', class: 'more-people', hidden: true, onclick: () => this.options.onMore() });
  #alone = h('p', { class: 'alone' });
  #closed = false;
  /** @type {{width: number, height: number}|null} as last seen: to ask for it makes the browser lay everything out */ #size = null;
  /** @type {Tile|undefined} */ #first;

  /**
   * @param {object} options
   * @param {RoomState} options.state
   * @param {(tile: Tile) => MediaStream|null} options.stream
   * @param {import('./view.js').View} options.view
   * @param {() => void} options.onMore
   * @param {(tiles: number) => void} options.onLayout how many tiles of others can be shown now
   * @param {(sizes: import('./wire.js').TileSize[]) => void} options.onSizes how large each slot is shown
   */
  constructor(options) {
    this.options = options;
    this.#holder.append(this.#alone, this.#more);
    this.observer = new ResizeObserver(([entry]) => {
      this.#size = entry?.contentRect ?? null;
      this.draw();
    });
    this.observer.observe(this.#holder);
  }

  draw() {
    const { state } = this.options;
    const { width, height } = this.#size ?? { width: this.#holder.clientWidth, height: this.#holder.clientHeight };
    if (!width || !height || this.#closed) return;
    const { view } = this.options;
    if (view.pinned && !state.people.has(view.pinned)) view.pinned = null;
    const wish = { view: view.layout, pinned: view.pinned, now: performance.now() };
    const room = stagedTiles(state, wish).length ? stripCapacity(width, height) : gridCapacity(width, height);
    const arranged = arrange(state, { ...wish, room });
    this.#place(arranged, width, height);
    this.#extras(arranged);
    const staged = arranged.stage.filter((tile) => !tile.self).length;
    const others = view.layout === 'presentation' ? staged + 1 : staged + Math.max(staged ? 0 : 1, room - 1);
    this.#first = arranged.stage[0] ?? this.#talking(arranged.tiles);
    this.options.onLayout(others);
    this.sizes();
  }

  /** The tile to look at when there is room for one. */
  first() {
    return this.#first;
  }

  /** @param {Tile[]} tiles */
  #talking(tiles) {
    return tiles.find((tile) => tile.participant === this.options.state.speaker) ?? tiles.find((tile) => !tile.self) ?? tiles[0];
  }

  /** How large the slots are shown now; one that is not shown is 0 × 0. */
  sizes() {
    const { state } = this.options;
    /** @type {Map<number, import('./wire.js').TileSize>} */ const sizes = new Map();
    for (const slot of state.slots.keys()) sizes.set(slot, { slot, width: 0, height: 0 });
    for (const { tile, rect, video } of this.#shown.values()) {
      if (tile.self || tile.slot === null || !sizes.has(tile.slot)) continue;
      const picture = { width: video.videoWidth, height: video.videoHeight };
      const how = { cut: tile.source === 'camera', density: globalThis.devicePixelRatio || 1 };
      sizes.set(tile.slot, { slot: tile.slot, ...shownSize(rect, picture, how) });
    }
    this.options.onSizes([...sizes.values()].sort((a, b) => a.slot - b.slot));
  }

  /** @param {import('./layout.js').Arranged} arranged @param {number} width @param {number} height */
  #place(arranged, width, height) {
    const cells = arranged.tiles.length + (arranged.more ? 1 : 0);
    const staged = arranged.stage.length ? stage(cells, width, height) : null;
    const rects = staged ? staged.strip : grid(cells, width, height);
    const last = rects[cells - 1];
    if (arranged.more && last) put(this.#more, last);
    // Many that move at once are a blur, and cost more than a frame.
    this.#holder.classList.toggle('many', cells > MANY);
    const seen = new Set();
    const large = staged ? together(arranged.stage.length, staged.stage) : [];
    arranged.stage.forEach((tile, index) => {
      const rect = large[index];
      if (!rect) return;
      seen.add(tile.key);
      this.#tile(tile, rect, true);
    });
    arranged.tiles.forEach((tile, index) => {
      const rect = rects[index];
      if (!rect) return;
      seen.add(tile.key);
      this.#tile(tile, rect, false);
    });
    for (const [key, shown] of this.#shown) {
      if (seen.has(key)) continue;
      shown.video.srcObject = null;
      shown.node.remove();
      this.#shown.delete(key);
    }
  }

  /** @param {import('./layout.js').Arranged} arranged */
  #extras(arranged) {
    const { state } = this.options;
    this.#more.hidden = arranged.more === 0;
    setText(this.#more, t('room.more', { n: arranged.more }));
    const alone = state.people.size === 1 && !arranged.stage.length;
    this.#alone.hidden = !alone;
    setText(this.#alone, alone ? t('room.alone') : '');
  }

  /** @param {Tile} tile @param {Rect} rect @param {boolean} large */
  #tile(tile, rect, large) {
    let shown = this.#shown.get(tile.key);
    if (!shown) {
      shown = this.#make(tile);
      this.#shown.set(tile.key, shown);
      this.#holder.insertBefore(shown.node, this.#alone);
    }
    const { node } = shown;
    const { x, y, width, height } = shown.rect;
    if (x !== rect.x || y !== rect.y || width !== rect.width || height !== rect.height) put(node, rect);
    Object.assign(shown, { tile, rect });
    node.classList.toggle('stage', large);
    node.classList.toggle('small', rect.width < 190);
    this.#fill(tile, shown);
  }

  /** @param {Tile} tile @returns {Shown} */
  #make(tile) {
    const video = h('video', { autoplay: true, playsinline: true, muted: true, disablepictureinpicture: true, tabindex: -1 });
    video.muted = true;
    const avatar = h('span', { class: 'avatar', 'aria-hidden': 'true' });
    const note = h('p', { class: 'note' });
    const name = h('bdi', { class: 'name' });
    const microphone = h('span', { class: 'state' }, icon('mic-off'));
    const quality = h('span', { class: 'network', role: 'img', hidden: true });
    const pin = h('button', { type: 'button', class: 'icon-button pin' }, icon('pin'));
    const { view } = this.options;
    const toggle = () => view.pin(view.pinned === tile.participant ? null : tile.participant);
    pin.addEventListener('click', toggle);
    const node = h('figure', { class: `tile ${tile.source}`, 'data-participant': tile.participant, 'data-source': tile.source },
      avatar, video, note, h('figcaption', {}, microphone, quality, name), tile.source === 'camera' ? pin : null);
    if (tile.source === 'camera') node.addEventListener('dblclick', toggle);
    // A picture is shown when there is one: until then, and after the slot is emptied, the avatar is.
    for (const event of ['playing', 'emptied', 'resize', 'loadeddata']) {
      video.addEventListener(event, () => node.classList.toggle('picture', video.videoWidth > 2 && video.srcObject !== null));
    }
    video.addEventListener('resize', () => this.sizes());
    return { node, video, name, microphone, pin, avatar, note, quality, tile, rect: { x: 0, y: 0, width: 0, height: 0 } };
  }

  /** @param {Tile} tile @param {Shown} shown */
  #fill(tile, shown) {
    const { state } = this.options;
    const person = state.people.get(tile.participant);
    const own = tile.self;
    const label = person?.name ?? '';
    const stream = this.options.stream(tile);
    if (shown.video.srcObject !== stream) {
      shown.video.srcObject = stream;
      if (!stream) shown.node.classList.remove('picture');
      else void shown.video.play().catch(() => {});
    }
    shown.node.classList.toggle('mirror', own && tile.source === 'camera');
    shown.node.classList.toggle('away', person?.state === 'away');
    shown.node.classList.toggle('self', own);
    setText(shown.avatar, initials(label));
    shown.avatar.dataset.tint = String(tint(tile.participant));
    const says = tile.source === 'screen' ? t(own ? 'room.own_screen' : 'room.screen_of', { name: isolate(label) }) : own ? t('room.you', { name: isolate(label) }) : label;
    setText(shown.name, says);
    const suspended = state.held && !own && tile.slot !== null;
    shown.node.classList.toggle('held', suspended);
    setText(shown.note, suspended ? t('quality.held_tile') : noteOf(tile, person));
    drawGrade(shown.quality, own || tile.source === 'screen' ? null : (state.grades.get(tile.participant) ?? null));
    const muted = tile.source === 'camera' && person !== undefined && !person.publishing.includes('microphone');
    const blocked = Boolean(person?.blocked.includes('microphone'));
    shown.microphone.hidden = !muted && !blocked;
    setIcon(shown.microphone, blocked ? 'mic-lock' : 'mic-off');
    set(shown.microphone, 'role', 'img');
    set(shown.microphone, 'aria-label', t(blocked ? 'people.mic_blocked' : 'people.mic_off'));
    const pinned = this.options.view.pinned === tile.participant;
    set(shown.pin, 'aria-pressed', String(pinned));
    set(shown.pin, 'aria-label', t(pinned ? 'room.unpin' : 'room.pin', { name: isolate(label) }));
    this.#level(tile.participant, shown, tile.source);
  }

  /** Only the rings: called several times a second. */
  levels() {
    for (const [key, shown] of this.#shown) {
      const [participant = '', source] = key.split('/');
      this.#level(participant, shown, source === 'screen' ? 'screen' : 'camera');
    }
  }

  /** @param {string} participant @param {Shown} shown @param {import('./wire.js').Source} source */
  #level(participant, shown, source) {
    const loudness = source === 'camera' ? this.options.state.loudness(participant, performance.now()) : 0;
    shown.node.classList.toggle('speaking', loudness > 0);
    shown.node.style.setProperty('--loudness', loudness.toFixed(2));
  }

  /** The tile on the stage or elsewhere, for tests and diagnostics. @param {string} key */
  has(key) {
    return this.#shown.has(key);
  }

  clear() {
    this.#closed = true;
    for (const shown of this.#shown.values()) {
      shown.video.srcObject = null;
      shown.node.remove();
    }
    this.#shown.clear();
    this.observer.disconnect();
    this.#alone.remove();
    this.#more.remove();
  }
}

/** Several on one stage. @param {number} count @param {Rect} whole @returns {Rect[]} */
function together(count, whole) {
  if (count === 1) return [whole];
  return grid(count, whole.width, whole.height).map((rect) => ({ ...rect, x: rect.x + whole.x, y: rect.y + whole.y }));
}

/** @param {HTMLElement} node @param {Rect} rect */
function put(node, rect) {
  for (const [name, value] of Object.entries(rect)) node.style.setProperty(`--${name}`, `${Math.floor(value)}px`);
}

/** @param {Tile} tile @param {import('./wire.js').Person|undefined} person */
function noteOf(tile, person) {
  if (tile.source === 'screen' && tile.self) return t('room.sharing');
  if (person?.state === 'away') return t('people.away');
  if (person?.state === 'joining') return t('people.joining');
  return '';
}
