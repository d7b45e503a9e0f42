// Giving a person another role or another name; and being given one.

import { find, h, setText } from './dom.js';
import { isolate, t } from './i18n.js';

/** @typedef {import('./wire.js').Person} Person */

export class Roles {
  #role = find('#role', HTMLDialogElement);
  #rename = find('#rename', HTMLDialogElement);
  #name = find('#rename-name', HTMLInputElement);
  /** @type {Person|null} */ #who = null;
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {import('./state.js').RoomState} options.state
   * @param {(type: string, fields?: object) => void} options.ask
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    this.#role.addEventListener('close', () => this.#given(), { signal });
    this.#rename.addEventListener('close', () => this.#renamed(), { signal });
    find('#rename-no', HTMLButtonElement).addEventListener('click', () => this.#rename.close('no'), { signal });
  }

  /** @param {Person} person */
  give(person) {
    this.#who = person;
    setText(find('#role-heading', HTMLElement), t('roles.title', { name: isolate(person.name) }));
    find('#role-list', HTMLElement).replaceChildren(...this.options.state.roles.map((role) => h('label', { class: 'choice' },
      h('input', { type: 'radio', name: 'role', value: role, checked: role === person.role }),
      h('span', {}, h('strong', {}, t(`roles.${role}`)), h('span', { class: 'help' }, t(`roles.may_${role}`))))));
    this.#role.returnValue = '';
    this.#role.showModal();
  }

  #given() {
    const chosen = this.#role.querySelector('input:checked');
    const role = chosen instanceof HTMLInputElement ? chosen.value : '';
    if (this.#role.returnValue === 'yes' && this.#who && role && role !== this.#who.role) this.options.ask('role', { participant: this.#who.participant, role });
  }

  /** @param {Person} person */
  rename(person) {
    this.#who = person;
    setText(find('#rename-heading', HTMLElement), t('rename.title', { name: isolate(person.name) }));
    this.#name.value = person.name;
    this.#rename.returnValue = '';
    this.#rename.showModal();
    this.#name.select();
  }

  #renamed() {
    const name = this.#name.value.trim();
    if (this.#rename.returnValue === 'yes' && this.#who && name && name !== this.#who.name) this.options.ask('rename', { participant: this.#who.participant, name });
  }

  close() {
    this.#stop.abort();
  }
}
