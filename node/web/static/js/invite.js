// Inviting: a link for each role, said plainly which is which; the text to send, the entry for a calendar, and new links.

import { confirmWith } from './controls.js';
import { find, h, icon, setText } from './dom.js';
import { language, onLanguage, t } from './i18n.js';

/** @typedef {import('./wire.js').Invitation} Invitation */

/** The link to be given to everybody comes first, the one to be kept last. */
const ORDER = ['participant', 'speaker', 'moderator', 'technician', 'host'];
const COPIED_MS = 2500;

export class Invite {
  #dialog = find('#invite', HTMLDialogElement);
  #list = find('#invite-links', HTMLElement);
  /** @type {Invitation|null} */ #invitation = null;
  #wanted = false;
  #stop = new AbortController();

  /**
   * @param {object} options
   * @param {(type: string, fields?: object) => void} options.ask
   * @param {import('./notices.js').Notices} options.notices
   */
  constructor(options) {
    this.options = options;
    const { signal } = this.#stop;
    find('#invite-text', HTMLButtonElement).addEventListener('click', (event) => void this.#copy(this.#invitation?.text[language()] ?? '', event), { signal });
    find('#invite-calendar', HTMLButtonElement).addEventListener('click', () => this.#save(), { signal });
    onLanguage(() => this.#draw(), signal);
  }

  /** Asked of the node each time: links are never kept in the page. */
  open() {
    this.#wanted = true;
    this.#request('');
  }

  /** @param {string} renew the role of which older links end; "": of none @param {boolean} recheck who came by one comes in again */
  #request(renew, recheck = false) {
    const zone = Intl.DateTimeFormat().resolvedOptions().timeZone ?? '';
    this.options.ask('invite', { zone, ...(renew ? { renew, recheck } : {}) });
  }

  /** @param {Invitation} invitation */
  came(invitation) {
    this.#invitation = invitation;
    this.#draw();
    if (!this.#wanted) return;
    this.#wanted = false;
    if (!this.#dialog.open) this.#dialog.showModal();
  }

  #draw() {
    const found = this.#invitation;
    if (!found) return;
    setText(find('#invite-heading', HTMLElement), t('invite.heading', { title: found.title }));
    const links = [...found.links].sort((a, b) => ORDER.indexOf(a.role) - ORDER.indexOf(b.role));
    this.#list.replaceChildren(...links.map((link) => this.#row(link)));
    find('#invite-password', HTMLElement).hidden = !found.password;
    find('#invite-calendar', HTMLElement).hidden = !found.calendar;
  }

  /** @param {Invitation["links"][number]} link */
  #row(link) {
    const id = `invite-${link.role}`;
    const field = h('input', { id, type: 'text', readonly: true, value: link.url, onfocus: () => field.select() });
    const until = new Intl.DateTimeFormat(language(), { dateStyle: 'long', timeStyle: 'short' }).format(link.expires);
    const copy = h('button', { type: 'button', class: 'quiet', 'aria-label': t('invite.copy_of', { link: t(`invite.${link.role}`) }),
      onclick: (/** @type {Event} */ event) => void this.#copy(link.url, event) }, icon('copy'), h('span', {}, t('invite.copy')));
    const renew = h('button', { type: 'button', class: 'quiet', 'aria-label': t('invite.renew_of', { link: t(`invite.${link.role}`) }),
      onclick: () => void this.#renew(link.role) }, icon('again'), h('span', {}, t('invite.renew')));
    return h('div', { class: `invite-link ${link.role}` },
      h('label', { for: id }, t(`invite.${link.role}`)),
      h('p', { class: 'help' }, `${t(link.role === 'participant' ? 'invite.for_all' : 'invite.for_few')} ${t('invite.until', { until })}`),
      h('div', { class: 'invite-row' }, field, copy, renew));
  }

  /** @param {string} text @param {Event} event */
  async #copy(text, event) {
    const button = event.currentTarget instanceof HTMLElement ? event.currentTarget : null;
    const says = button?.querySelector('span') ?? button;
    const before = says?.textContent ?? '';
    try {
      await navigator.clipboard.writeText(text);
      this.options.notices.say(t('invite.copied'));
      if (!says || before === t('invite.copied')) return;
      says.textContent = t('invite.copied');
      setTimeout(() => (says.textContent = before), COPIED_MS);
    } catch {
      // Without leave to write there, the text is selected, to be copied by hand.
      button?.parentElement?.querySelector('input')?.select();
    }
  }

  /** @param {string} role */
  async #renew(role) {
    this.#dialog.close();
    const title = t('invite.renew_title', { link: t(`invite.${role}`) });
    const recheck = await confirmWith(title, t('invite.renew_text'), t('invite.renew_yes'), t('invite.recheck'));
    if (recheck !== null) {
      this.#wanted = true;
      this.#request(role, recheck);
    } else this.#dialog.showModal();
  }

  #save() {
    const address = URL.createObjectURL(new Blob([this.#invitation?.calendar ?? ''], { type: 'text/calendar' }));
    h('a', { href: address, download: 'invitation.ics' }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  close() {
    this.#stop.abort();
    this.#list.replaceChildren();
    this.#invitation = null;
  }
}
