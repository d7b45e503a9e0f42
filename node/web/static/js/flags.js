// What participants may not do for now: a host changes it, the node enforces it.

import { find } from './dom.js';
import { t } from './i18n.js';

const FLAGS = /** @type {const} */ (['mute_on_start', 'lock_microphone', 'lock_camera', 'webcams_only_for_moderators', 'lock_door']);

export class Flags {
  #dialog = find('#flags', HTMLDialogElement);
  #open = find('#people-flags', HTMLButtonElement);
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#open.addEventListener('click', () => {
      this.draw();
      this.#dialog.showModal();
    }, { signal });
    for (const flag of FLAGS) {
      const box = this.#box(flag);
      box.addEventListener('change', () => options.ask('flags', { [flag]: box.checked }), { signal });
    }
  }

  /** @param {string} flag */
  #box(flag) {
    return find(`#flags-${flag}`, HTMLInputElement);
  }

  /** Whom they touch is told what changed; who set them sees it in the switches. @param {Set<string>} before */
  changed(before) {
    const { state, notices } = this.options;
    this.draw();
    const only = state.flags.has('webcams_only_for_moderators');
    if (state.role !== 'participant' || only === before.has('webcams_only_for_moderators')) return;
    notices.toast(t(only ? 'flags.told.cameras_for_hosts' : 'flags.told.cameras_for_all'));
  }

  draw() {
    const { state } = this.options;
    this.#open.hidden = !state.rights.has('moderate');
    for (const flag of FLAGS) this.#box(flag).checked = state.flags.has(flag);
  }

  close() {
    this.#stop.abort();
    this.#open.hidden = true;
    if (this.#dialog.open) this.#dialog.close();
  }
}
