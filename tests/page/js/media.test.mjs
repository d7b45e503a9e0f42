// Figures of getStats() → what the protocol says about quality; what a camera may cost.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cameraEncoding, qualityBetween, summarise, videoSlots } from '../../../node/web/static/js/media.js';

const video = (at, frames, received, lost) => ({ type: 'inbound-rtp', kind: 'video', timestamp: at, framesDecoded: frames, framesPerSecond: 25, packetsReceived: received, packetsLost: lost });

test('quality is what happened since the last time', () => {
  const before = summarise([video(1000, 100, 1000, 10)]);
  const after = summarise([video(6000, 225, 1900, 110), { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.042 }]);
  assert.deepEqual(qualityBetween(before, after), { video_fps: 25, video_lost: 0.1, audio_lost: 0, rtt_ms: 42 });
});

test('counters that go backwards, as after a new connection, are no loss', () => {
  const quality = qualityBetween(summarise([video(6000, 225, 1900, 110)]), summarise([video(7000, 20, 100, 0)]));
  assert.deepEqual([quality.video_fps, quality.video_lost], [0, 0]);
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
