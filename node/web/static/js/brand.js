// The looks of an organisation: its name, its mark, its colour; the colour as far as everybody can still read.

import { h } from './dom.js';

/** @typedef {{name: string, colour: string, logo: string}} Brand */
/** @typedef {[number, number, number]} Colour */

/** WCAG 1.4.3, and a little more: text in the accent is small at times. */
const CONTRAST = 4.8;

/** @param {string} hex #rrggbb @returns {Colour|null} */
function parse(hex) {
  const found = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(hex);
  return found ? /** @type {Colour} */ (found.slice(1).map((part) => parseInt(part, 16))) : null;
}

/** Relative luminance (WCAG 2.2). @param {Colour} colour */
function luminance(colour) {
  const [r = 0, g = 0, b = 0] = colour.map((part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {Colour} one @param {Colour} other @returns {number} 1 … 21 */
export function contrast(one, other) {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

/**
 * The colour, nearer to white or to black until it can be read on `ground`; and what can be read on it.
 * @param {string} hex #rrggbb
 * @param {string} ground #rrggbb
 * @returns {{accent: string, ink: string}|null} null: no colour
 */
export function accent(hex, ground) {
  const [colour, below] = [parse(hex), parse(ground)];
  if (!colour || !below) return null;
  const end = luminance(below) < 0.5 ? 255 : 0;
  let shown = colour;
  for (let share = 0; share <= 1 && contrast(shown, below) < CONTRAST; share += 0.05) {
    shown = /** @type {Colour} */ (colour.map((part) => Math.round(part + (end - part) * share)));
  }
  const ink = contrast(shown, [0, 0, 0]) >= contrast(shown, [255, 255, 255]) ? '#000000' : '#ffffff';
  return { accent: `#${shown.map((part) => part.toString(16).padStart(2, '0')).join('')}`, ink };
}

/** @type {Brand} what the page wears */
let worn = { name: '', colour: '', logo: '' };

/** @returns {string} who invites, for titles */
export const brandName = () => worn.name || 'Régie';

/** @param {Brand|undefined} brand */
export function dress(brand) {
  if (!brand) return;
  worn = brand;
  const root = document.documentElement;
  const found = accent(brand.colour, getComputedStyle(root).getPropertyValue('--raised').trim());
  if (found) {
    root.style.setProperty('--tally', found.accent);
    root.style.setProperty('--tally-ink', found.ink);
  } else {
    root.style.removeProperty('--tally');
    root.style.removeProperty('--tally-ink');
  }
  for (const holder of document.querySelectorAll('.brand')) wear(holder, brand);
}

/** @param {Element} holder @param {Brand} brand */
function wear(holder, brand) {
  const mark = holder.querySelector('.mark');
  const own = holder.querySelector('.logo');
  if (own) own.remove();
  // Only what this site serves, or the picture itself: nothing is fetched from anybody else.
  const ours = brand.logo.startsWith('data:image/') || /^\/[^/\\]/.test(brand.logo);
  mark?.toggleAttribute('hidden', ours);
  if (ours) holder.prepend(h('img', { class: 'logo', src: brand.logo, alt: '' }));
  const word = holder.querySelector('.brand-name');
  if (word) word.textContent = brand.name || 'Régie';
}

globalThis.matchMedia?.('(prefers-color-scheme: light)').addEventListener('change', () => dress(worn));
