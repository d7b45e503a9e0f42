// Something small that a button opens above the bar: it closes by Escape, by a press elsewhere, and gives the focus back.

/**
 * @typedef {object} Popup
 * @property {boolean} open
 * @property {(shown: boolean, back?: boolean) => void} show `back`: give the focus back
 */

/**
 * @param {HTMLElement} node
 * @param {object} options
 * @param {() => HTMLElement|null} options.opener gets the focus back
 * @param {() => void} [options.onChange]
 * @param {() => void} [options.onOpen] before it is shown
 * @param {AbortSignal} options.signal
 * @returns {Popup}
 */
export function popup(node, { opener, onChange, onOpen, signal }) {
  node.hidden = true;
  const self = {
    get open() {
      return !node.hidden;
    },
    show(/** @type {boolean} */ shown, back = false) {
      if (node.hidden === !shown) return;
      if (shown) onOpen?.();
      node.hidden = !shown;
      onChange?.();
      if (shown) /** @type {HTMLElement|null} */ (node.querySelector('input:checked, button:not([hidden]), input'))?.focus();
      else if (back) opener()?.focus();
    },
  };
  addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || node.hidden) return;
    event.stopImmediatePropagation();
    self.show(false, true);
  }, { signal, capture: true });
  addEventListener('pointerdown', (event) => {
    const inside = event.target instanceof Node && (node.contains(event.target) || opener()?.contains(event.target));
    if (!inside) self.show(false);
  }, { signal });
  return self;
}
