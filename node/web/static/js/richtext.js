// Chat HTML, built again from an allow-list. The node has sanitised it already; the page trusts nobody.

/** @type {Readonly<Record<string, keyof HTMLElementTagNameMap>>} parsed name → element made */
const ALLOWED = Object.freeze({
  P: 'p', BR: 'br', EM: 'em', STRONG: 'strong', CODE: 'code', PRE: 'pre', UL: 'ul', OL: 'ol', LI: 'li', A: 'a',
});
/** Elements whose text is not text. Everything else that is unknown is unwrapped: its words stay. */
const DROPPED = new Set(['SCRIPT', 'STYLE', 'TEMPLATE', 'IFRAME', 'OBJECT', 'SVG', 'MATH', 'NOSCRIPT', 'TEXTAREA', 'TITLE']);
const SCHEMES = new Set(['http:', 'https:', 'mailto:']);
const DEEPEST = 16;
/** No message of the node is as long; a longer one would only keep the browser busy. */
const LONGEST = 100_000;
/** More marks than any script stacks on one letter: they pile up over other lines and stop the browser for seconds. */
const PILE = /(\p{M}{8})\p{M}+/gu;
/** An address written as it is; what ends a sentence does not belong to it. */
const ADDRESS = /https?:\/\/[^\s<>"'«»\u202a-\u202e\u2066-\u2069]*[^\s<>"'«».,;:!?)\]\u202a-\u202e\u2066-\u2069]/giu;

/**
 * @param {string} html
 * @returns {DocumentFragment} only allowed elements; attributes: none but the href of a safe link
 */
export function render(html) {
  const fragment = document.createDocumentFragment();
  // The parsed document is inert: nothing in it loads or runs.
  copy(new DOMParser().parseFromString(html.slice(0, LONGEST).replace(PILE, '$1'), 'text/html').body, fragment, 0);
  return fragment;
}

/** The words alone, as they are read aloud: a space where a paragraph, a line or an item ends. @param {string} html */
export function spoken(html) {
  const fragment = render(html);
  for (const end of fragment.querySelectorAll('p, br, li, pre')) end.after(' ');
  return (fragment.textContent ?? '').replace(/\s+/gu, ' ').trim();
}

/** @param {Node} from @param {Node} into @param {number} depth */
function copy(from, into, depth) {
  for (const node of from.childNodes) {
    if (node instanceof Text) copyText(node.data, into);
    else if (node instanceof Element) copyElement(node, into, depth);
  }
}

/** Words; an address among them becomes a link, but not inside a link or code. @param {string} text @param {Node} into */
function copyText(text, into) {
  const plain = into instanceof Element && into.closest('a, code, pre') !== null;
  let from = 0;
  for (const found of plain ? [] : text.matchAll(ADDRESS)) {
    const made = anchor(parse(found[0]));
    if (!made) continue;
    made.textContent = found[0];
    into.appendChild(document.createTextNode(text.slice(from, found.index)));
    into.appendChild(made);
    from = found.index + found[0].length;
  }
  into.appendChild(document.createTextNode(text.slice(from)));
}

/** @param {Element} element @param {Node} into @param {number} depth */
function copyElement(element, into, depth) {
  const name = element.tagName.toUpperCase();
  if (DROPPED.has(name)) return;
  const tag = ALLOWED[name];
  if (!tag || depth > DEEPEST) {
    copy(element, into, depth);
    return;
  }
  const made = tag === 'a' ? link(element) : document.createElement(tag);
  into.appendChild(made);
  copy(element, made, depth + 1);
  if (made instanceof HTMLAnchorElement) into.appendChild(destination(made));
}

/** @param {Element} element @returns {HTMLElement} a link, or its bare words when it leads nowhere safe */
function link(element) {
  return anchor(parse(element.getAttribute('href') ?? '')) ?? document.createElement('span');
}

/** @param {URL|null} url @returns {HTMLAnchorElement|null} */
function anchor(url) {
  if (!url || !SCHEMES.has(url.protocol)) return null;
  const made = document.createElement('a');
  made.href = url.href;
  made.target = '_blank';
  made.rel = 'noopener noreferrer nofollow';
  return made;
}

/** @param {string} text @returns {URL|null} */
function parse(text) {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

/** A link whose words do not say where it leads is followed by its host. @param {HTMLAnchorElement} made */
function destination(made) {
  const says = (made.textContent ?? '').trim();
  const where = made.protocol === 'mailto:' ? made.pathname : made.host;
  const said = parse(says.includes(':') ? says : `https://${says}`);
  return says === where || (said !== null && (said.protocol === 'mailto:' ? said.pathname : said.host) === where) ? document.createTextNode('') : document.createTextNode(` (${where})`);
}
