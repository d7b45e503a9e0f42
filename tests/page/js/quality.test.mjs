// Figures of getStats() → what the protocol says about quality.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { between, count } from '../../../node/web/static/js/quality.js';

const video = (at, frames, received, lost, more = {}) => ({ type: 'inbound-rtp', kind: 'video', timestamp: at, framesDecoded: frames, framesPerSecond: 25, packetsReceived: received, packetsLost: lost, ...more });

test('quality is what happened since the last time', () => {
  const before = count([video(1000, 100, 1000, 10, { freezeCount: 1, totalFreezesDuration: 0.5, totalDecodeTime: 1, framesDropped: 2 })]);
  const after = count([
    video(6000, 225, 1900, 110, { freezeCount: 3, totalFreezesDuration: 1.25, totalDecodeTime: 2.25, framesDropped: 2, jitter: 0.012 }),
    { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.042 },
    { type: 'outbound-rtp', qualityLimitationReason: 'bandwidth' },
  ]);
  assert.deepEqual(between(before, after), {
    video_fps: 25, video_lost: 0.1, audio_lost: 0, rtt_ms: 42, jitter_ms: 12, freezes: 2, frozen_ms: 750, decode_ms: 10, dropped: 0, limited: 'bandwidth',
  });
});

test('counters that go backwards, as after a new connection, are nothing', () => {
  const quality = between(count([video(6000, 225, 1900, 110, { freezeCount: 3 })]), count([video(7000, 20, 100, 0)]));
  assert.deepEqual([quality.video_fps, quality.video_lost, quality.freezes, quality.decode_ms], [0, 0, 0, 0]);
});

test('a processor that cannot keep up is told before a network that is slow', () => {
  const stats = ['bandwidth', 'cpu', 'none'].map((qualityLimitationReason) => ({ type: 'outbound-rtp', qualityLimitationReason }));
  assert.equal(count(stats).limited, 'cpu');
});
