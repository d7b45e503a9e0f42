// The layers of a camera: what the node takes, and what is encoded of them; what one picture may cost without them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraEncoding, change, LAYERS, takesLayers, videoSlots } from '../../../node/web/static/js/media.js';

const three = () => LAYERS.map((layer) => ({ ...layer, active: true }));
const active = (encodings) => encodings.filter((each) => each.active).map((each) => each.rid);
const answer = (line) => `v=0\r\nm=audio 9 X 1\r\na=mid:0\r\nm=video 9 X 96\r\na=mid:1\r\n${line}m=video 9 X 96\r\na=mid:2\r\n`;

test('layers are taken only where the answer says so, of this very m-line', () => {
  assert.equal(takesLayers(answer('a=simulcast:recv q;h;f\r\n'), '1'), true);
  assert.equal(takesLayers(answer('a=simulcast:recv q;h;f\r\n'), '2'), false);
  assert.equal(takesLayers(answer(''), '1'), false);
  assert.equal(takesLayers(answer('a=simulcast:recv q;h;f\r\n'), null), false);
});

test('a layer that nobody watches is not encoded', () => {
  const encodings = three();
  assert.equal(change(encodings, ['q', 'h'], null), true);
  assert.deepEqual(active(encodings), ['q', 'h']);
  assert.equal(change(encodings, ['q', 'h'], null), false, 'said twice, done once');
  change(encodings, [], null);
  assert.deepEqual(active(encodings), []);
  change(encodings, null, null);
  assert.deepEqual(active(encodings), ['q', 'h', 'f'], 'not known: all of them');
});

test('without layers one whole picture is sent, and none when nobody watches', () => {
  const single = cameraEncoding(1);
  const encodings = three();
  change(encodings, null, single);
  assert.deepEqual(active(encodings), ['q']);
  assert.deepEqual([encodings[0].scaleResolutionDownBy, encodings[0].maxBitrate], [1, single.maxBitrate]);
  change(encodings, [], single);
  assert.deepEqual(active(encodings), []);
  const screen = [{ maxBitrate: 1 }];
  assert.equal(change(screen, [''], null), false, 'an encoding without `active` is active');
  assert.equal(change(screen, [], null), true);
});

test('the more cameras, the smaller each of them', () => {
  const rates = [1, 4, 5, 9, 10, 500].map((cameras) => cameraEncoding(cameras).maxBitrate);
  assert.deepEqual(rates, [...rates].sort((a, b) => b - a));
  assert.ok(cameraEncoding(500).maxBitrate * 12 < 5_000_000);
});

test('a phone asks for fewer pictures', () => {
  assert.equal(videoSlots({ coarse: true, width: 390 }), 6);
  assert.equal(videoSlots({ coarse: true, width: 1180 }), 12);
  assert.equal(videoSlots({ coarse: false, width: 1366 }), 12);
});
