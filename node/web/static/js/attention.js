// What the page asks the node for, by what can be seen of it: how many tiles, how large, and nothing while nobody looks.

/** A window that is being dragged is not told size by size, ms. */
const SIZES_MS = 200;
/** A page that nobody looks at stops asking for pictures after this, ms. */
const UNSEEN_MS = 20_000;

export class Attention {
  #seen = true;
  #tiles = 0;
  /** @type {string|null} */ #pinned = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #resizing;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #unseen;
  /** @type {WakeLockSentinel|undefined} */ #awake;

  /**
   * @param {object} options
   * @param {import('./protocol.js').Protocol} options.protocol
   * @param {() => boolean} options.elsewhere a picture is looked at in a window of its own
   * @param {AbortSignal} options.signal
   */
  constructor(options) {
    this.options = options;
    document.addEventListener('visibilitychange', () => this.changed(), { signal: options.signal });
    void this.#stayAwake();
  }

  /** @param {number} tiles that can be shown @param {string|null} pinned */
  tiles(tiles, pinned) {
    [this.#tiles, this.#pinned] = [tiles, pinned];
    this.options.protocol.layout(this.#seen ? tiles : 0, pinned);
  }

  /** @param {import('./wire.js').TileSize[]} sizes */
  sizes(sizes) {
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.options.protocol.sizes(sizes), SIZES_MS);
  }

  /** The page is seen, or is not any more. */
  changed() {
    clearTimeout(this.#unseen);
    if (document.visibilityState === 'visible') {
      this.#see(true);
      this.options.protocol.wake();
      void this.#stayAwake();
    } else if (this.options.elsewhere()) this.#see(true);
    else this.#unseen = setTimeout(() => this.#see(false), UNSEEN_MS);
  }

  /** @param {boolean} seen */
  #see(seen) {
    this.#seen = seen;
    this.tiles(this.#tiles, this.#pinned);
  }

  async #stayAwake() {
    try {
      this.#awake = await navigator.wakeLock?.request('screen');
    } catch {
      // Battery saving says no: the screen may sleep.
    }
  }

  close() {
    clearTimeout(this.#unseen);
    clearTimeout(this.#resizing);
    void this.#awake?.release().catch(() => {});
  }
}
