// The list of people: who is first, and which rows are in the page at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible } from '../../../node/web/static/js/list.js';
import { again, sorted } from '../../../node/web/static/js/participants.js';

const person = (participant, name, role = 'participant') => ({ participant, name, role, publishing: [], blocked: [], state: 'here' });
const ids = (people) => people.map((each) => each.participant);

test('you, then who asks to speak in their order, then hosts, then names as they are read', () => {
  const people = [person('p_z', 'Zoé'), person('p_e', 'Élodie'), person('p_h', 'Yves', 'host'), person('p_b', 'Basile'), person('p_you', 'Marc')];
  assert.deepEqual(ids(sorted([...people], 'p_you', ['p_z'])), ['p_you', 'p_z', 'p_h', 'p_b', 'p_e']);
});

test('who stayed keeps the order of before, who is new comes after, who left is gone, and news are taken', () => {
  const before = [person('p_1', 'A'), person('p_2', 'B'), person('p_3', 'C')];
  const now = new Map([person('p_3', 'C'), person('p_4', 'D'), person('p_1', 'A2')].map((each) => [each.participant, each]));
  assert.deepEqual(again(before, now).map((each) => each.name), ['A2', 'C', 'D']);
});

test('of a thousand rows, those on the screen and a few beyond are in the page', () => {
  const rows = visible({ count: 1000, row: 60, top: 30_000, height: 600, focused: -1 });
  assert.equal(rows.length, 23);
  assert.ok(rows[0] <= 500 && rows.at(-1) >= 510);
  assert.deepEqual(visible({ count: 3, row: 60, top: 0, height: 600, focused: -1 }), [0, 1, 2]);
  assert.deepEqual(visible({ count: 0, row: 60, top: 0, height: 600, focused: -1 }), []);
});

test('the row that has the focus stays, in its place', () => {
  const above = visible({ count: 1000, row: 60, top: 30_000, height: 600, focused: 2 });
  assert.equal(above[0], 2);
  assert.equal(visible({ count: 1000, row: 60, top: 0, height: 600, focused: 900 }).at(-1), 900);
});
