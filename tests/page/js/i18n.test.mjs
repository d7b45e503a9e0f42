// Sentences, plurals, and names that cannot turn a sentence round (H22).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { choose, format, isolate } from '../../../node/web/static/js/i18n.js';

const messages = { 'room.people': { one: '{n} personne', other: '{n} personnes' }, hi: 'Bonjour {name} !' };

test('plural forms follow the language: zero is singular in French', () => {
  assert.equal(format(messages, 'fr', 'room.people', { n: 0 }), '0 personne');
  assert.equal(format(messages, 'en', 'room.people', { n: 0 }), '0 personnes');
  assert.equal(format(messages, 'fr', 'room.people', { n: 2 }), '2 personnes');
});

test('a missing sentence shows its key', () => {
  assert.equal(format(messages, 'fr', 'none', {}), 'none');
});

test('French unless English is wanted', () => {
  assert.equal(choose(null, ['de-DE', 'en-GB', 'fr']), 'en');
  assert.equal(choose(null, ['de']), 'fr');
  assert.equal(choose('fr', ['en']), 'fr');
  assert.equal(choose('<script>', []), 'fr');
});

test('a name keeps its direction to itself', () => {
  assert.equal(isolate('A\u202Egpj.exe\u2069\u202C'), '\u2068Agpj.exe\u2069');
  assert.equal(format(messages, 'fr', 'hi', { name: isolate('{n}') }), 'Bonjour \u2068{n}\u2069 !');
});
