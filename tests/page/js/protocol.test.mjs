// The participants' protocol as a conversation (node/signaling/README.md).

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Protocol, backoff } from '../../../node/web/static/js/protocol.js';
import { RoomState } from '../../../node/web/static/js/state.js';
import { RefusedError } from '../../../node/web/static/js/request.js';
import { WELCOME, World } from './world.mjs';

const JOINED = { participant: 'p_you', session: 's_1', role: 'participant', sdp: 'answer', slots: [], tracks: [], room: { room: 'r_1', title: 'Salle' }, max_message: 200 };
const REFUSAL = { code: 'ROOM_FULL', rule: 'rooms.max_participants', message: { fr: 'Pleine.', en: 'Full.' }, next_step: { fr: '', en: '' } };

function start() {
  const world = new World();
  const told = { messages: [], states: [], rejoins: [], ends: [], refused: [] };
  const protocol = new Protocol({
    origin: 'https://node.example', room: 'r 1', ticket: 't_1', language: 'fr', world: world.world(),
    on: {
      message: (message) => told.messages.push(message.type),
      connection: (state) => told.states.push(state),
      rejoin: (cause) => told.rejoins.push(cause),
      ended: (cause, why) => told.ends.push([cause, why]),
      refused: (refusal, to) => told.refused.push([refusal.code, to]),
    },
  });
  return { world, told, protocol };
}

async function inRoom() {
  const all = start();
  all.world.answers.push([201, JOINED]);
  await all.protocol.join({ name: 'Amina', sdp: 'offer', session: null });
  all.protocol.connect();
  all.world.socket.opens();
  all.world.socket.says(WELCOME);
  all.world.socket.heard();
  return all;
}

test('joining carries the ticket in a header and never in the address', async () => {
  const { world, protocol } = start();
  world.answers.push([201, JOINED]);
  assert.equal((await protocol.join({ name: 'Amina', sdp: 'offer', session: null })).participant, 'p_you');
  const [request] = world.requests;
  assert.equal(request.url, 'https://node.example/api/rooms/r%201/join');
  assert.equal(request.headers.Authorization, 'Bearer t_1');
  assert.deepEqual(request.body, { name: 'Amina', language: 'fr', sdp: 'offer', session: null });
});

test('a refusal is the node’s own object', async () => {
  const { world, protocol } = start();
  world.answers.push([403, REFUSAL]);
  await assert.rejects(protocol.look(), (error) => error instanceof RefusedError && error.refusal.code === 'ROOM_FULL');
});

test('a node that does not answer is a refusal too', async () => {
  const { protocol } = start();
  await assert.rejects(protocol.look(), (error) => error.refusal.code === 'UNREACHABLE');
});

test('every request has a name of its own in the logs of the node, drawn by chance', async () => {
  const { world, protocol } = start();
  let drawn = 0;
  protocol.world.random = () => (drawn += 0.37) % 1;
  world.answers.push([200, {}], [200, {}]);
  await protocol.look();
  await protocol.look();
  const [one, two] = world.requests.map(({ headers }) => headers['X-Request-Id']);
  assert.match(one, /^[0-9a-f]{32}$/);
  assert.notEqual(one, two);
});

test('hello is first, then what must be true is said', async () => {
  const { world, protocol } = start();
  world.answers.push([201, JOINED]);
  await protocol.join({ name: 'Amina', sdp: 'offer', session: null });
  protocol.connect();
  protocol.publish('microphone', true);
  protocol.layout(4, null);
  assert.equal(world.socket.url, 'wss://node.example/ws');
  assert.equal(world.socket.protocol, 'regie.v1');
  world.socket.opens();
  assert.deepEqual(world.socket.heard(), [{ type: 'hello', session: 's_1', seq: 0, language: 'fr', request: 'f'.repeat(32) }]);
  world.socket.says(WELCOME);
  assert.deepEqual(world.socket.heard(), [
    { type: 'publish', source: 'microphone', on: true },
    { type: 'layout', tiles: 4, pinned: null },
  ]);
});

test('the same wish is said once', async () => {
  const { world, protocol } = await inRoom();
  protocol.publish('camera', true);
  protocol.publish('camera', true);
  assert.equal(world.socket.heard().length, 1);
});

test('after a drop the page resumes where it was, and says its wishes again', async () => {
  const { world, told, protocol } = await inRoom();
  protocol.publish('camera', true);
  world.socket.says({ type: 'gone', seq: 15, participant: 'p_2', cause: 'left' });
  world.socket.drops();
  assert.equal(told.states.at(-1), 'waiting');
  world.pass(300);
  world.socket.opens();
  assert.deepEqual(world.socket.heard(), [{ type: 'hello', session: 's_1', seq: 15, language: 'fr', request: 'f'.repeat(32) }]);
  world.socket.says({ type: 'resumed', seq: 15 });
  assert.deepEqual(world.socket.heard(), [{ type: 'publish', source: 'camera', on: true }]);
  assert.equal(told.states.at(-1), 'open');
});

test('a message that was seen before a resume is not shown twice', async () => {
  const { world, told } = await inRoom();
  world.socket.says({ type: 'gone', seq: 15, participant: 'p_2', cause: 'left' });
  world.socket.says({ type: 'gone', seq: 15, participant: 'p_2', cause: 'left' });
  assert.deepEqual(told.messages, ['welcome', 'gone']);
});

test('a chat message is repeated with its key until the node says yes', async () => {
  const { world, protocol } = await inRoom();
  const sent = protocol.chat('Bonjour', 'k1');
  assert.deepEqual(world.socket.heard(), [{ type: 'chat', text: 'Bonjour', key: 'k1' }]);
  world.socket.drops();
  world.pass(300);
  world.socket.opens();
  world.socket.says({ type: 'resumed', seq: 10 });
  assert.deepEqual(world.socket.heard().at(-1), { type: 'chat', text: 'Bonjour', key: 'k1' });
  world.socket.says({ type: 'chat', seq: 16, message: { message: 'm1', key: 'k1' } });
  assert.equal(await sent, null);
});

test('a chat message that the node refuses is told to whoever wrote it', async () => {
  const { world, told, protocol } = await inRoom();
  const sent = protocol.chat('x', 'k1');
  world.socket.says({ type: 'refused', to: 'chat', key: 'k1', ...REFUSAL, code: 'TOO_FAST' });
  assert.equal((await sent).code, 'TOO_FAST');
  assert.deepEqual(told.refused, []);
});

test('retries wait longer and longer, up to a limit', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 20].map((attempt) => backoff(attempt, 1));
  assert.deepEqual(waits, [300, 600, 1200, 2400, 4800, 8000, 8000, 8000]);
  assert.equal(backoff(1, 0), 150);
});

test('a network that comes back is tried at once', async () => {
  const { world, protocol } = await inRoom();
  world.socket.drops();
  protocol.wake();
  assert.equal(world.sockets.length, 2);
});

test('a silent connection is given up', async () => {
  const { world, told } = await inRoom();
  world.pass(20_000);
  assert.deepEqual(world.socket.heard().map(({ type }) => type), ['ping', 'ping']);
  world.pass(10_000);
  assert.equal(told.states.at(-1), 'waiting');
});

test('where there is reason to doubt, four seconds of silence are enough', async () => {
  const { world, told, protocol } = await inRoom();
  protocol.wake();
  assert.deepEqual(world.socket.heard(), [{ type: 'ping', n: 1 }]);
  world.pass(4_000);
  assert.equal(told.states.at(-1), 'waiting');
});

test('a connection that answers is believed again', async () => {
  const { world, told, protocol } = await inRoom();
  protocol.wake();
  world.pass(100);
  world.socket.says({ type: 'pong', n: 1 });
  world.pass(4_000);
  assert.equal(told.states.at(-1), 'open');
  assert.equal(world.sockets.length, 1);
});

test('a node that does not greet is tried again', async () => {
  const { world, protocol } = start();
  protocol.connect();
  world.socket.opens();
  world.pass(10_300);
  assert.equal(world.sockets.length, 2);
});

test('each close code has its meaning', async () => {
  const replaced = await inRoom();
  replaced.world.socket.drops(4001);
  assert.deepEqual(replaced.told.ends, [['replaced', null]]);
  replaced.world.pass(60_000);
  assert.equal(replaced.world.sockets.length, 1);

  const unknown = await inRoom();
  unknown.world.socket.drops(4003);
  assert.deepEqual(unknown.told.rejoins, ['session']);

  for (const code of [1012, 4000, 4008, 1006]) {
    const again = await inRoom();
    again.world.socket.drops(code);
    again.world.pass(300);
    assert.equal(again.world.sockets.length, 2, String(code));
  }
});

test('the end is the end', async () => {
  const { world, told, protocol } = await inRoom();
  world.socket.says({ type: 'ended', seq: 20, cause: 'removed', why: REFUSAL });
  world.socket.drops(1000);
  world.pass(60_000);
  assert.deepEqual(told.ends, [['removed', REFUSAL]]);
  assert.equal(world.sockets.length, 1);
  assert.equal((await protocol.chat('x', 'k1')).code, 'UNREACHABLE');
});

test('a new session has a new stream', async () => {
  const { world, protocol } = await inRoom();
  world.answers.push([201, { ...JOINED, session: 's_2' }]);
  await protocol.join({ name: 'Amina', sdp: 'offer', session: null });
  world.socket.opens();
  assert.deepEqual(world.socket.heard(), [{ type: 'hello', session: 's_2', seq: 0, language: 'fr', request: 'f'.repeat(32) }]);
});

test('coming back with the same session keeps the connection', async () => {
  const { world, protocol } = await inRoom();
  world.answers.push([201, JOINED]);
  await protocol.join({ name: 'Amina', sdp: 'offer', session: 's_1' });
  assert.equal(world.sockets.length, 1);
});

test('what a newer node says, or a broken one, changes nothing', async () => {
  const { world, told } = await inRoom();
  const state = new RoomState();
  told.messages.length = 0;
  for (const strange of ['{', '[]', 'null', '{"type":"hologram","seq":30}', '{"type":"__proto__"}', '{"type":"constructor"}']) {
    world.socket.says(strange);
  }
  assert.deepEqual(told.messages.flatMap((type) => state.apply({ type }, 0)), []);
  assert.equal(told.states.at(-1), 'open');
});

test('leaving is a request that outlives the page', async () => {
  const { world, protocol, told } = await inRoom();
  world.answers.push([204, null]);
  await protocol.leave();
  const request = world.requests.at(-1);
  assert.deepEqual([request.method, request.headers.Authorization, request.keepalive], ['DELETE', 'Bearer s_1', true]);
  assert.equal(told.states.at(-1), 'ended');
});

test('after its media transport came back, the page says again what it shows and sends', async () => {
  const { world, protocol } = await inRoom();
  protocol.publish('camera', true);
  world.socket.says({ type: 'rejoin', seq: 11, cause: 'plane' });
  world.socket.heard();
  world.answers.push([201, JOINED]);
  await protocol.join({ name: 'Amina', sdp: 'offer', session: 's_1' });
  assert.deepEqual(world.socket.heard(), [{ type: 'publish', source: 'camera', on: true }]);
});

test('a page that goes away says so with its session, unless it has left', async () => {
  const { world, protocol } = await inRoom();
  protocol.away();
  assert.equal(world.beacons.length, 1);
  assert.match(world.beacons[0].url, /\/api\/session\/leave$/);
  assert.equal(world.beacons[0].body, 's_1');
  world.answers.push([204, null]);
  await protocol.leave();
  protocol.away();
  assert.equal(world.beacons.length, 1);
});
