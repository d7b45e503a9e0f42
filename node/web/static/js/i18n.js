// French and English. Sentences live in /locale/{fr,en}.json; a value is a sentence or its plural forms.

/** @typedef {"fr"|"en"} Language */
/** @typedef {Record<string, string|Record<string, string>>} Messages */
/** @typedef {import('./wire.js').Refusal} Refusal */

export const LANGUAGES = /** @type {const} */ (['fr', 'en']);
const REMEMBERED = 'regie.language';

/** @type {{language: Language, messages: Messages}} */
const current = { language: 'fr', messages: {} };
/** @type {Set<() => void>} */
const listeners = new Set();

/**
 * The sentence `key` with its values. `n` chooses the plural form.
 * @param {Messages} messages
 * @param {string} language
 * @param {string} key
 * @param {Record<string, string|number>} values
 * @returns {string} the key itself when there is no such sentence
 */
export function format(messages, language, key, values) {
  const found = messages[key];
  const plural = typeof values.n === 'number' ? values.n : 0;
  const sentence =
    typeof found === 'object' ? (found[new Intl.PluralRules(language).select(plural)] ?? found.other) : found;
  if (sentence === undefined) return key;
  return sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name] ?? ''));
}

/**
 * @param {string|null} remembered what the person chose here before
 * @param {readonly string[]} preferred the browser's languages
 * @returns {Language} French unless English is preferred
 */
export function choose(remembered, preferred) {
  for (const tag of [remembered ?? '', ...preferred]) {
    const found = LANGUAGES.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found) return found;
  }
  return 'fr';
}

/**
 * A name inside a sentence: what it holds cannot reorder what is around it (UAX #9, FSI … PDI).
 * @param {string} text
 */
export function isolate(text) {
  return `\u2068${text.replace(/[\u202a-\u202e\u2066-\u2069]/g, '')}\u2069`;
}

/** @param {string} key @param {Record<string, string|number>} [values] */
export function t(key, values = {}) {
  return format(current.messages, current.language, key, values);
}

/** @returns {Language} */
export function language() {
  return current.language;
}

/**
 * @param {() => void} listener called after every change of language
 * @param {AbortSignal} [signal] until then
 */
export function onLanguage(listener, signal) {
  listeners.add(listener);
  signal?.addEventListener('abort', () => listeners.delete(listener));
}

/** Load the language of this person; to be awaited before anything is shown. */
export async function start() {
  await use(choose(localStorage.getItem(REMEMBERED), navigator.languages));
}

/** @param {Language} language */
export async function change(language) {
  localStorage.setItem(REMEMBERED, language);
  await use(language);
}

/** French keeps a colon, and what is between guillemets, with its word. @param {Messages} messages @returns {Messages} */
export function typeset(messages) {
  const set = (/** @type {string} */ text) => text.replace(/ ([:;?!»])/g, '\u00a0$1').replace(/« /g, '«\u00a0');
  return Object.fromEntries(Object.entries(messages).map(([key, value]) =>
    [key, typeof value === 'string' ? set(value) : Object.fromEntries(Object.entries(value).map(([form, text]) => [form, set(text)]))]));
}

/** @param {Language} language */
async function use(language) {
  const answer = await fetch(`/locale/${language}.json`);
  current.messages = language === 'fr' ? typeset(await answer.json()) : await answer.json();
  current.language = language;
  document.documentElement.lang = language;
  translate(document);
  for (const listener of listeners) listener();
}

/** Where a translated sentence goes: attribute of the template → attribute of the page. */
const PLACES = /** @type {const} */ ({
  'data-i18n-label': 'aria-label',
  'data-i18n-title': 'title',
  'data-i18n-placeholder': 'placeholder',
});

/** @param {ParentNode} root */
export function translate(root) {
  for (const node of root.querySelectorAll('[data-i18n]')) node.textContent = t(node.getAttribute('data-i18n') ?? '');
  for (const [from, to] of Object.entries(PLACES)) {
    for (const node of root.querySelectorAll(`[${from}]`)) node.setAttribute(to, t(node.getAttribute(from) ?? ''));
  }
}

/**
 * What to tell a person about a refusal: the node's own sentences, or the page's for what the page refuses itself.
 * @param {Refusal} refusal
 * @returns {{message: string, next: string}}
 */
export function refusalText(refusal) {
  return {
    message: refusal.message?.[current.language] || t(`refusal.${refusal.code}.message`),
    next: refusal.next_step?.[current.language] || t(`refusal.${refusal.code}.next`),
  };
}

/** @param {number} ms since the epoch @returns {string} hours and minutes */
export function clock(ms) {
  return new Intl.DateTimeFormat(current.language, { hour: '2-digit', minute: '2-digit' }).format(ms);
}

/** @param {number} ms since the epoch @returns {string} hours and minutes, with the day unless that is today */
export function moment(ms) {
  const today = new Date(ms).toDateString() === new Date().toDateString();
  return today ? clock(ms) : new Intl.DateTimeFormat(current.language, { dateStyle: 'medium', timeStyle: 'short' }).format(ms);
}

/** Wire every language button of the page: it offers the other language, in that language. */
export function languageToggles() {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll('.language-toggle'));
  const show = () => {
    const other = current.language === 'fr' ? 'en' : 'fr';
    for (const button of buttons) {
      button.hidden = false;
      button.textContent = other === 'fr' ? 'Français' : 'English';
      button.lang = other;
      button.onclick = () => void change(other);
    }
  };
  onLanguage(show);
  show();
}
