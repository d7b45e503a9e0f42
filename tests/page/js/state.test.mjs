// What the page knows of the room, message by message.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RoomState } from '../../../node/web/static/js/state.js';

const amina = { participant: 'p_a', name: 'Amina', role: 'host', publishing: ['microphone', 'camera'], blocked: [], state: 'here' };
const jean = { participant: 'p_j', name: 'Jean', role: 'participant', publishing: [], blocked: [], state: 'here' };

function room() {
  const state = new RoomState();
  state.apply({
    type: 'welcome', you: 'p_j', room: { room: 'r', title: 'Salle' }, people: [amina, jean],
    slots: [{ slot: 7, participant: 'p_a', source: 'camera' }, { slot: 8, participant: null, source: null }], chat: [], blocked: [],
  }, 0);
  return state;
}

test('welcome replaces everything', () => {
  const state = room();
  state.apply({ type: 'person', person: { ...jean, participant: 'p_z' } }, 0);
  state.apply({ type: 'welcome', you: 'p_j', room: { title: 'Salle' }, people: [jean], slots: [], chat: [], blocked: ['camera'] }, 0);
  assert.deepEqual([...state.people.keys()], ['p_j']);
  assert.equal(state.slotOf('p_a', 'camera'), null);
  assert.deepEqual([...state.blocked], ['camera']);
});

test('somebody comes, changes and goes', () => {
  const state = room();
  const zoe = { ...jean, participant: 'p_z', name: 'Zoé' };
  assert.equal(state.apply({ type: 'person', person: zoe }, 0)[0].what, 'joined');
  assert.equal(state.apply({ type: 'person', person: { ...zoe, state: 'away' } }, 0)[0].what, 'changed');
  assert.deepEqual(state.apply({ type: 'gone', participant: 'p_z', cause: 'left' }, 0)[0].what, 'gone');
  assert.deepEqual(state.apply({ type: 'gone', participant: 'p_z', cause: 'left' }, 0), []);
});

test('whoever goes leaves no slot behind', () => {
  const state = room();
  assert.equal(state.slotOf('p_a', 'camera'), 7);
  state.apply({ type: 'gone', participant: 'p_a', cause: 'lost' }, 0);
  assert.equal(state.slots.size, 0);
});

test('a level grows old', () => {
  const state = room();
  state.apply({ type: 'speaking', levels: [{ participant: 'p_a', level: 20 }] }, 1000);
  assert.ok(state.loudness('p_a', 1100) > 0.8);
  assert.equal(state.loudness('p_a', 4000), 0);
  assert.equal(state.loudness('p_j', 1100), 0);
});

test('the stage follows who speaks, but not every cough', () => {
  const state = room();
  state.apply({ type: 'person', person: { ...amina, participant: 'p_z' } }, 0);
  state.apply({ type: 'speaking', levels: [{ participant: 'p_a', level: 20 }] }, 10_000);
  assert.equal(state.speaker, 'p_a');
  state.apply({ type: 'speaking', levels: [{ participant: 'p_z', level: 10 }] }, 10_500);
  assert.equal(state.speaker, 'p_a');
  state.apply({ type: 'speaking', levels: [{ participant: 'p_z', level: 10 }] }, 12_000);
  assert.equal(state.speaker, 'p_z');
  state.apply({ type: 'speaking', levels: [{ participant: 'p_j', level: 0 }] }, 20_000);
  assert.equal(state.speaker, 'p_z', 'you are never on your own stage');
});

test('a message comes once and can be hidden', () => {
  const state = room();
  const message = { message: 'm1', participant: 'p_a', name: 'Amina', text: 'x', html: '<p>x</p>', sent: 1 };
  assert.equal(state.apply({ type: 'chat', message }, 0).length, 1);
  assert.equal(state.apply({ type: 'chat', message }, 0).length, 0);
  state.apply({ type: 'hidden', message: 'm1' }, 0);
  assert.deepEqual(state.chat, []);
});

test('blocking is told once', () => {
  const state = room();
  const block = { type: 'blocked', source: 'microphone', blocked: true, by: 'operator' };
  assert.equal(state.apply(block, 0)[0].what, 'blocked');
  assert.deepEqual(state.apply(block, 0), []);
});

const said = (n) => ({ message: `m_${String(n).padStart(9, '0')}`, participant: 'p_a', name: 'Amina', text: `n ${n}`, html: '', sent: n });

test('older messages come before what is known, once', () => {
  const state = room();
  state.apply({ type: 'chat', message: said(7) }, 0);
  state.apply({ type: 'older', messages: [said(5), said(6), said(7)], more: true }, 0);
  assert.deepEqual(state.chat.map((one) => one.sent), [5, 6, 7]);
  assert.equal(state.older, true);
  state.apply({ type: 'older', messages: [said(4)], more: false }, 0);
  assert.deepEqual(state.chat.map((one) => one.sent), [4, 5, 6, 7]);
  assert.equal(state.older, false);
});

test('a page that is left open remembers the last messages only', () => {
  const state = room();
  for (let n = 1; n <= 3001; n += 1) state.apply({ type: 'chat', message: said(n) }, 0);
  assert.equal(state.chat.length, 500);
  assert.equal(state.chat.at(-1).sent, 3001);
  assert.equal(state.older, true);
});

test('what waits comes in pages, the oldest first', () => {
  const state = room();
  const item = (n) => ({ item: `i_${n}`, kind: 'held', participant: 'p_a', name: 'Amina', text: '', html: '', at: n, why: 'room' });
  state.apply({ type: 'welcome', you: 'p_j', room: { title: 'Salle' }, people: [jean], slots: [], chat: [], blocked: [], items: [item(1)], more_items: true }, 0);
  assert.equal(state.moreItems, true);
  assert.deepEqual(state.apply({ type: 'queue', items: [item(2), item(3)], more: false }, 0), [{ what: 'queue', more: false }]);
  assert.deepEqual([...state.items.keys()], ['i_1', 'i_2', 'i_3']);
});
