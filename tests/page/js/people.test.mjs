// The list of people: who is first, and which rows are in the page at all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { visible } from '../../../node/web/static/js/list.js';
import { again, mended, sorted } from '../../../node/web/static/js/participants.js';

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

test('an order that is mended is the one that sorting gives, whoever came, went, or has another name or role', () => {
  let seed = 7;
  const chance = (below) => (seed = (seed * 48_271) % 2_147_483_647) % below;
  const people = new Map(Array.from({ length: 200 }, (_, n) => [`p_${n}`, person(`p_${n}`, `Nom ${chance(5000)}`)]));
  const hands = ['p_17', 'p_3'];
  let order = sorted([...people.values()], 'p_you', hands);
  for (let round = 0; round < 200; round += 1) {
    const some = `p_${chance(200)}`;
    people.delete(`p_${chance(200)}`);
    people.set(some, person(some, `Nom ${chance(5000)}`, chance(9) ? 'participant' : 'host'));
    people.set(`p_new_${round}`, person(`p_new_${round}`, `Nouveau ${chance(5000)}`));
    order = mended(order, people, 'p_you', hands, 'fr');
    assert.deepEqual(order.map((each) => [each.role, each.name]), sorted([...people.values()], 'p_you', hands).map((each) => [each.role, each.name]));
    assert.ok(order.every((each) => people.get(each.participant) === each) && order.length === people.size);
  }
});

test('a crowd that comes at once is not put in one by one', () => {
  const people = new Map(Array.from({ length: 100 }, (_, n) => [`p_${n}`, person(`p_${n}`, `Nom ${n}`)]));
  assert.equal(mended([], people, 'p_you', [], 'fr'), null);
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
