// A small window that stays above the others: who speaks, or the shared screen. As a document of its own where the browser
// has that, with the microphone at hand; as a video alone elsewhere.

import { find, h, icon, set, setIcon, setText } from './dom.js';
import { onLanguage, t } from './i18n.js';

/** @typedef {{stream: MediaStream|null, name: string, mirror: boolean}} Seen */

const SIZE = { width: 384, height: 256 };

export class Pip {
  #video = h('video', { autoplay: true, playsinline: true, muted: true, class: 'pip-video', 'aria-hidden': 'true', tabindex: -1 });
  /** @type {Window|null} */ #window = null;
  #name = h('bdi', { class: 'name' });
  #microphone = h('button', { type: 'button', class: 'icon-button' }, icon('mic'));
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {() => Seen} options.seen what is worth a window of its own now
   * @param {() => import('./controls.js').Face} options.microphone
   * @param {() => void} options.press the microphone
   * @param {import('./notices.js').Notices} options.notices
   * @param {() => void} options.onChange
   */
  constructor(options) {
    this.options = options;
    this.#video.muted = true;
    const { signal } = this.#stop;
    find('#room', HTMLElement).append(this.#video);
    this.#video.addEventListener('leavepictureinpicture', () => this.#closed(), { signal });
    this.#microphone.addEventListener('click', () => options.press(), { signal });
    onLanguage(() => this.draw(), signal);
  }

  static get possible() {
    return 'documentPictureInPicture' in globalThis || Boolean(document.pictureInPictureEnabled);
  }

  get open() {
    return this.#window !== null || document.pictureInPictureElement === this.#video;
  }

  async toggle() {
    if (this.open) {
      this.#shut();
      return;
    }
    this.draw();
    try {
      if ('documentPictureInPicture' in globalThis) await this.#document();
      else await this.#alone();
    } catch {
      this.options.notices.toast(t('pip.failed'));
    }
    this.options.onChange();
    this.draw();
  }

  async #document() {
    const made = await /** @type {any} */ (globalThis).documentPictureInPicture.requestWindow(SIZE);
    this.#window = made;
    const { document: inside } = made;
    inside.documentElement.lang = document.documentElement.lang;
    inside.title = document.title;
    for (const name of ['base', 'room']) {
      const link = inside.createElement('link');
      link.rel = 'stylesheet';
      link.href = new URL(`../css/${name}.css`, import.meta.url).href;
      inside.head.append(link);
    }
    inside.body.className = 'pip';
    inside.body.append(this.#video, this.#name, this.#microphone);
    made.addEventListener('pagehide', () => {
      this.#window = null;
      find('#room', HTMLElement).append(this.#video);
      this.#closed();
    });
    await this.#video.play().catch(() => {});
  }

  async #alone() {
    await this.#video.play().catch(() => {});
    await this.#video.requestPictureInPicture();
  }

  #closed() {
    this.draw();
    this.options.onChange();
  }

  #shut() {
    this.#window?.close();
    if (document.pictureInPictureElement === this.#video) void document.exitPictureInPicture().catch(() => {});
  }

  /** Show who is to be seen now. */
  draw() {
    const { stream, name, mirror } = this.options.seen();
    if (this.#video.srcObject !== stream) {
      this.#video.srcObject = stream;
      if (stream) void this.#video.play().catch(() => {});
    }
    this.#video.classList.toggle('mirror', mirror);
    setText(this.#name, name);
    if (!this.#window) return;
    const { symbol, label, off } = this.options.microphone();
    setIcon(this.#microphone, symbol);
    set(this.#microphone, 'aria-label', label);
    this.#microphone.classList.toggle('off', Boolean(off));
  }

  close() {
    this.#shut();
    this.#stop.abort();
    this.#video.srcObject = null;
    this.#video.remove();
  }
}
