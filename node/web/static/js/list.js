// A long list of rows of one height: only those that are seen are in the page, and the one that has the focus. A thousand
// people cost a frame what thirty do.

import { set } from './dom.js';

/** Rows beyond the edges, so that neither a quick scroll nor the tabulator finds nothing. */
const BEYOND = 6;

/**
 * Which rows are to be in the page.
 * @param {{count: number, row: number, top: number, height: number, focused: number}} view `focused`: index of a row, or -1
 * @returns {number[]} in their order
 */
export function visible({ count, row, top, height, focused }) {
  const first = Math.max(0, Math.floor(top / row) - BEYOND);
  const last = Math.min(count - 1, Math.ceil((top + height) / row) + BEYOND);
  const rows = Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index);
  if (focused < 0 || focused >= count || (focused >= first && focused <= last)) return rows;
  return focused < first ? [focused, ...rows] : [...rows, focused];
}

/** @template Item, Row */
export class List {
  /** @type {Map<string, Row>} */ #rows = new Map();
  /** @type {readonly Item[]} */ #items = [];
  #drawn = '';
  /** As last seen: to ask for it makes the browser lay everything out. */ #view = { top: 0, height: 0 };
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {HTMLElement} options.scroller
   * @param {HTMLElement} options.list holds the rows; as high as all of them
   * @param {number} options.height of a row, px
   * @param {(item: Item) => string} options.key
   * @param {(item: Item) => Row} options.make
   * @param {(row: Row) => HTMLElement} options.node
   * @param {(row: Row, item: Item) => void} options.fill
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    let asked = 0;
    options.scroller.addEventListener('scroll', () => {
      this.#look();
      asked ||= requestAnimationFrame(() => {
        asked = 0;
        this.#place(false);
      });
    }, { signal, passive: true });
    this.observer = new ResizeObserver(() => {
      this.#look();
      this.#place(false);
    });
    this.observer.observe(options.scroller);
  }

  #look() {
    const { scroller, list } = this.options;
    this.#view = { top: scroller.scrollTop - list.offsetTop, height: scroller.clientHeight };
  }

  /** @param {readonly Item[]} items all of them, in their order */
  draw(items) {
    if (!this.#view.height) this.#look();
    this.#items = items;
    this.#place(true);
  }

  /** Those in the page. @returns {Iterable<[string, Row]>} */
  shown() {
    return this.#rows;
  }

  /** @param {boolean} all fill rows that are there already as well */
  #place(all) {
    const { list, height, key, make, node, fill } = this.options;
    const items = this.#items;
    const keys = [...this.#rows];
    const held = keys.find(([, row]) => node(row).contains(document.activeElement))?.[0];
    const focused = held === undefined ? -1 : items.findIndex((item) => key(item) === held);
    const whole = `${items.length * height}px`;
    if (list.style.height !== whole) list.style.height = whole;
    // A list that has become shorter is scrolled back by the browser only after it is drawn.
    const { top, height: seen } = this.#view;
    const indices = visible({ count: items.length, row: height, top: Math.min(top, Math.max(0, items.length * height - seen)), height: seen, focused });
    const wanted = indices.map((index) => items[index]).filter((item) => item !== undefined);
    const drawn = indices.map((index) => `${index} ${key(/** @type {Item} */ (items[index]))}`).join();
    if (!all && drawn === this.#drawn) return;
    this.#drawn = drawn;
    const kept = new Set(wanted.map(key));
    for (const [id, row] of keys) {
      if (kept.has(id)) continue;
      node(row).remove();
      this.#rows.delete(id);
    }
    wanted.forEach((item, place) => {
      const known = this.#rows.get(key(item));
      const row = known ?? make(item);
      if (!known) this.#rows.set(key(item), row);
      const holder = node(row);
      if (all || !known) fill(row, item);
      const index = String((indices[place] ?? 0) + 1);
      if (holder.getAttribute('aria-posinset') !== index) {
        holder.style.setProperty('--y', `${(indices[place] ?? 0) * height}px`);
        holder.setAttribute('aria-posinset', index);
      }
      set(holder, 'aria-setsize', String(items.length));
      // Moving a node takes its focus: the order of who has it is not worth that.
      if (list.children[place] !== holder && !holder.contains(document.activeElement)) list.insertBefore(holder, list.children[place] ?? null);
    });
  }

  close() {
    this.#stop.abort();
    this.observer.disconnect();
    this.options.list.replaceChildren();
    this.#rows.clear();
  }
}
