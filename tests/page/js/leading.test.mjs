// What the room says of itself, as far as it needs no page: where one is led, in what colour, and for how long it was recorded.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accent, contrast } from '../../../node/web/static/js/brand.js';
import { address } from '../../../node/web/static/js/ended.js';
import { typeset } from '../../../node/web/static/js/i18n.js';
import { length } from '../../../node/web/static/js/recordings.js';

test('one is led to addresses of the web only, and only from a session that is over', () => {
  assert.equal(address({ kind: 'left', redirect: 'https://enquete.example/s' })?.host, 'enquete.example');
  for (const redirect of ['javascript:alert(1)', 'data:text/html,x', '//', 'x', '']) assert.equal(address({ kind: 'left', redirect }), null);
  for (const kind of ['removed', 'replaced', 'refused']) assert.equal(address({ kind, redirect: 'https://enquete.example/s' }), null);
});

test('whatever colour an organisation has, it can be read, by day and by night', () => {
  const parse = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
  for (const ground of ['#1f272f', '#e6eaed']) {
    for (const colour of ['#000000', '#ffffff', '#0000ff', '#ffff00', '#777777', '#aa1133']) {
      const found = accent(colour, ground);
      assert.ok(contrast(parse(found.accent), parse(ground)) >= 4.5, `${colour} on ${ground}`);
      assert.ok(contrast(parse(found.accent), parse(found.ink)) >= 4.5, `${colour} under words`);
    }
  }
  assert.equal(accent('url(x)', '#1f272f'), null);
});

test('a recording tells its length as a clock does', () => {
  assert.deepEqual([0, 61, 3_600, 36_061].map(length), ['0:00', '1:01', '1:00:00', '10:01:01']);
});

test('a colon and what is quoted stay with their word', () => {
  assert.deepEqual(typeset({ a: 'Mot : « oui » ?', b: { one: 'Un ! Deux', other: 'x' } }), { a: 'Mot\u00a0: «\u00a0oui\u00a0»\u00a0?', b: { one: 'Un\u00a0! Deux', other: 'x' } });
});
