// Tiles never overlap, never leave the screen, and the right people are on it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { arrange, grid, gridCapacity, stage, stripCapacity, shownSize } from '../../../node/web/static/js/layout.js';
import { RoomState } from '../../../node/web/static/js/state.js';

const SCREENS = [[320, 480], [390, 700], [700, 320], [1342, 628], [2500, 1300], [990, 628]];

/** @param {any[]} rects */
function apart(rects, width, height) {
  for (const [index, a] of rects.entries()) {
    assert.ok(a.width > 0 && a.height > 0);
    assert.ok(a.x >= -0.01 && a.y >= -0.01 && a.x + a.width <= width + 0.01 && a.y + a.height <= height + 0.01, JSON.stringify(a));
    for (const b of rects.slice(index + 1)) {
      const aside = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      assert.ok(aside, `${JSON.stringify(a)} ${JSON.stringify(b)}`);
    }
  }
}

test('a grid of any size fits any screen', () => {
  for (const [width, height] of SCREENS) {
    for (let count = 1; count <= 30; count += 1) apart(grid(count, width, height), width, height);
  }
});

test('a stage with its strip fits any screen', () => {
  for (const [width, height] of SCREENS) {
    for (let count = 0; count <= 12; count += 1) {
      const { stage: large, strip } = stage(count, width, height);
      assert.ok(strip.length <= stripCapacity(width, height));
      apart([large, ...strip], width, height);
    }
  }
});

test('two on a phone are one above the other, on a laptop side by side', () => {
  const [a, b] = grid(2, 390, 700);
  assert.equal(a.x, b.x);
  const [c, d] = grid(2, 1342, 628);
  assert.equal(c.y, d.y);
});

test('four on a laptop are two by two: upright strips would cut faces out of their pictures', () => {
  for (const [width, height] of [[1342, 628], [1342, 560], [990, 628]]) {
    const tiles = grid(4, width, height);
    assert.equal(new Set(tiles.map((tile) => tile.x)).size, 2);
    assert.equal(new Set(tiles.map((tile) => tile.y)).size, 2);
  }
});

test('capacity grows with the screen', () => {
  assert.ok(gridCapacity(320, 480) >= 4);
  assert.ok(gridCapacity(1342, 628) >= 12);
  assert.ok(stripCapacity(374, 600) >= 3);
});

function crowd(count) {
  const state = new RoomState();
  const people = Array.from({ length: count }, (_, n) => ({
    participant: `p_${n}`, name: `P${n}`, role: 'participant', publishing: ['camera'], blocked: [], state: 'here',
  }));
  const slots = people.slice(-4).map((person, n) => ({ slot: 7 + n, participant: person.participant, source: 'camera' }));
  state.apply({ type: 'welcome', you: 'p_0', room: { title: '' }, people, slots, chat: [], blocked: [] }, 0);
  return state;
}
const wish = { view: 'auto', pinned: null, room: 6, now: 0 };
const ids = (tiles) => tiles.map((tile) => tile.participant);

test('when all fit, they are in the order of arrival', () => {
  const { stage: large, tiles, more } = arrange(crowd(5), wish);
  assert.deepEqual([large, ids(tiles), more], [[], ['p_0', 'p_1', 'p_2', 'p_3', 'p_4'], 0]);
});

test('in a crowd, you and those who are seen or heard stay; one cell says how many more', () => {
  const state = crowd(40);
  state.apply({ type: 'speaking', levels: [{ participant: 'p_20', level: 20 }] }, 5000);
  const { tiles, more } = arrange(state, { ...wish, now: 5000 });
  assert.deepEqual(ids(tiles), ['p_0', 'p_20', 'p_36', 'p_37', 'p_38']);
  assert.equal(more, 35);
});

test('a shared screen takes the stage, a pin goes before it', () => {
  const state = crowd(5);
  state.apply({ type: 'slots', slots: [{ slot: 12, participant: 'p_2', source: 'screen' }] }, 0);
  assert.equal(arrange(state, wish).stage[0].key, 'p_2/screen');
  const pinned = arrange(state, { ...wish, pinned: 'p_3' });
  assert.equal(pinned.stage[0].key, 'p_3/camera');
  assert.ok(!ids(pinned.tiles).includes('p_3'));
});

test('the speaker view shows who speaks', () => {
  const state = crowd(5);
  assert.equal(arrange(state, { ...wish, view: 'speaker' }).stage[0].participant, 'p_1');
  state.apply({ type: 'speaking', levels: [{ participant: 'p_4', level: 20 }] }, 5000);
  assert.equal(arrange(state, { ...wish, view: 'speaker' }).stage[0].participant, 'p_4');
});

test('the gallery stages nobody: a shared screen is one tile, a pin still goes before', () => {
  const state = crowd(5);
  state.apply({ type: 'slots', slots: [{ slot: 12, participant: 'p_2', source: 'screen' }] }, 0);
  const { stage: large, tiles } = arrange(state, { ...wish, room: 9, view: 'gallery' });
  assert.deepEqual([large, tiles[0].key, tiles.length], [[], 'p_2/screen', 6]);
  assert.equal(arrange(state, { ...wish, view: 'gallery', pinned: 'p_3' }).stage[0].key, 'p_3/camera');
});

test('a presentation leaves nobody beside it but who speaks', () => {
  const state = crowd(5);
  state.apply({ type: 'slots', slots: [{ slot: 12, participant: 'p_2', source: 'screen' }] }, 0);
  state.apply({ type: 'speaking', levels: [{ participant: 'p_4', level: 20 }] }, 5000);
  const { stage: large, tiles, more } = arrange(state, { ...wish, view: 'presentation' });
  assert.deepEqual([large[0].key, ids(tiles), more], ['p_2/screen', ['p_4'], 0]);
});

test('whom the hosts put forward are on the stage, beside a shared screen the first, and in a crowd they stay', () => {
  const state = crowd(40);
  state.apply({ type: 'showing', view: '', spotlight: ['p_30', 'p_31', 'p_gone'] }, 0);
  assert.deepEqual(ids(arrange(state, wish).stage), ['p_30', 'p_31']);
  state.apply({ type: 'slots', slots: [{ slot: 12, participant: 'p_2', source: 'screen' }] }, 0);
  const { stage: large, tiles } = arrange(state, wish);
  assert.deepEqual([large[0].key, ids(tiles).slice(0, 2)], ['p_2/screen', ['p_30', 'p_31']]);
});

test('a camera is cut to fill its tile, a screen is shown whole; in device pixels, in steps', () => {
  const wide = { width: 1280, height: 720 };
  assert.deepEqual(shownSize({ width: 320, height: 180 }, wide, { cut: true, density: 1 }), { width: 320, height: 192 });
  assert.deepEqual(shownSize({ width: 180, height: 240 }, wide, { cut: true, density: 1 }), { width: 432, height: 240 });
  assert.deepEqual(shownSize({ width: 180, height: 240 }, wide, { cut: false, density: 1 }), { width: 192, height: 112 });
  assert.deepEqual(shownSize({ width: 160, height: 90 }, { width: 0, height: 0 }, { cut: true, density: 3 }), { width: 320, height: 192 });
});
