// The room: joins, listens, draws. What each screen does is in its own module; what the node says is folded by state.js.

import { Chat } from './chat.js';
import { Controls, confirm } from './controls.js';
import { find, h, setText } from './dom.js';
import { Flags } from './flags.js';
import { Hands } from './hands.js';
import { clock, isolate, onLanguage, refusalText, t } from './i18n.js';
import { listen } from './keys.js';
import { Link } from './link.js';
import { Lobby } from './lobby.js';
import { videoSlots } from './media.js';
import { Moderation } from './moderation.js';
import { Sources } from './mute.js';
import { Notices } from './notices.js';
import { Participants } from './participants.js';
import { Protocol } from './protocol.js';
import { RefusedError } from './request.js';
import { Quality } from './quality.js';
import { RoomState } from './state.js';
import { Tiles } from './tiles.js';

/** @typedef {import('./ended.js').Ending} Ending */
/** @typedef {import('./state.js').Happening} Happening */
/** @typedef {import('./join.js').Choice} Choice */

const LEVELS_MS = 500;
const EXTEND_MINUTES = 15;
/** A window that is being dragged is not told size by size, ms. */
const SIZES_MS = 200;
/** A page that nobody looks at stops asking for pictures after this, ms. */
const UNSEEN_MS = 20_000;
/** In a larger room, coming and going is not told one by one. */
const TELL_UP_TO = 40;

/**
 * Who is named as having taken a source; "": the operators.
 * @param {string} by "host", "lock" or "operator"; "": not told, after a reload
 * @param {import('./protocol.js').Source} source
 * @param {Set<string>} flags
 */
function blockedBy(by, source, flags) {
  if (by !== 'operator' && flags.has(`lock_${source}`)) return 'lock';
  return by === 'host' ? by : '';
}

export class Room {
  state = new RoomState();
  #stop = new AbortController();
  /** @type {ReturnType<typeof setInterval>[]} */ #timers = [];
  /** @type {MediaStream|null} */ #ownCamera = null;
  /** @type {ReturnType<typeof setTimeout>|undefined} */ #unseen;
  #seen = true;
  #tilesWanted = 0;
  /** @type {HTMLAudioElement[]} */ #sounds = [];
  #ended = false;
  #came = false;

  /**
   * @param {object} options
   * @param {string} options.room
   * @param {string} options.ticket
   * @param {string|null} options.session of a place to come back to
   * @param {Choice} options.choice
   * @param {import('./devices.js').Devices} options.devices
   * @param {string} options.language
   * @param {import('./protocol.js').IceServer[]|null} options.iceServers
   * @param {(session: string, choice: Choice) => void} options.onSession to be remembered for a reload
   * @param {() => void} options.onReady the node took us: the room may be shown
   * @param {(ending: Ending) => void} options.onEnd
   */
  constructor(options) {
    this.options = options;
    const { room, ticket, language, choice, devices } = options;
    this.notices = new Notices();
    this.protocol = new Protocol({ origin: location.origin, room, ticket, language, on: {
      message: (message) => this.#message(message),
      connection: (state) => this.#connection(state),
      rejoin: (cause) => void this.link.rejoin(cause),
      ended: (cause, why) => this.#end({ kind: cause, why }),
      refused: (refusal) => this.#tellRefusal(refusal),
    } });
    this.protocol.iceServers = options.iceServers;
    this.protocol.password = choice.password ?? '';
    this.link = new Link({
      protocol: this.protocol,
      name: choice.name,
      videoSlots: videoSlots({ coarse: matchMedia('(pointer: coarse)').matches, width: Math.min(screen.width, innerWidth) }),
      onPeer: (peer) => this.#newPeer(peer),
      onJoined: (joined) => this.#joined(joined),
      onState: (state) => this.#media(state),
      onRefused: (why) => this.#end({ kind: 'refused', why }),
      crowd: () => this.state.people.size,
    });
    this.sources = new Sources({ devices, protocol: this.protocol, state: this.state, notices: this.notices,
      on: { microphone: choice.microphone, camera: choice.camera }, onChange: () => this.#sourcesChanged(), onTrouble: () => this.#settings() });
  }

  /** @returns {import('./media.js').Peer|null} */
  get peer() {
    return this.link.peer;
  }

  /** Join; throws RefusedError. The screen is drawn when the node has welcomed us. */
  async enter() {
    await this.link.join(this.options.session);
    this.options.onReady();
    this.#build();
    this.protocol.connect();
    this.sources.publish();
  }

  #build() {
    const { state, sources } = this;
    const { signal } = this.#stop;
    this.tiles = new Tiles({ state, stream: (tile) => this.#stream(tile), onPin: (pinned) => this.#pin(pinned),
      onMore: () => this.controls?.open('participants'), onLayout: (tiles) => this.#wantTiles(tiles), onSizes: (sizes) => this.#wantSizes(sizes) });
    this.quality = new Quality({ peer: () => this.peer, protocol: this.protocol, state, notices: this.notices });
    const ask = (/** @type {string} */ type, /** @type {object} */ fields = {}) => this.#ask(this.protocol.ask(type, fields));
    this.chat = new Chat({ state, send: (text, key, address) => this.protocol.chat(text, key, address), key: () => this.protocol.world.key(),
      ask, open: () => this.controls?.panel === 'chat',
      onUnread: () => this.controls?.draw(), say: (text) => this.notices.say(text) });
    this.chat.maximum = this.link.maxMessage;
    this.participants = new Participants({ state, open: () => this.controls?.panel === 'participants',
      pinned: () => this.tiles?.pinned ?? null, pin: (pinned) => this.#pin(pinned),
      mute: (person, muted) => this.#ask(this.protocol.mute(person.participant, 'microphone', muted)),
      remove: (person) => void this.#remove(person),
      lower: (person) => (person.participant === state.you ? ask('hand', { up: false }) : ask('lower', { participant: person.participant })) });
    this.flags = new Flags({ state, ask, notices: this.notices });
    this.moderation = new Moderation({ state, ask, notices: this.notices, transcript: (format) => this.protocol.transcript(format) });
    const press = {
      microphone: () => void sources.toggle('microphone'),
      camera: () => void sources.toggle('camera'),
      screen: () => void sources.toggleScreen(),
      chat: () => this.controls?.toggle('chat'),
      participants: () => this.controls?.toggle('participants'),
      view: () => this.#toggleView(),
      hand: () => this.hands?.toggle(),
      react: () => this.hands?.show(!this.hands.choosing),
      leave: () => void this.leave(),
    };
    const shortcuts = () => find('#shortcuts', HTMLDialogElement).showModal();
    this.controls = new Controls({ press, face: (name) => this.#face(name), onPanel: (panel) => this.#panel(panel), menu: [
      { key: 'settings.title', symbol: 'settings', run: () => this.#settings() },
      { key: 'keys.title', symbol: 'keyboard', run: shortcuts },
      ...(this.state.rights.has('end') ? [{ key: 'end.word', symbol: 'leave', run: () => void this.#endForAll() }] : []),
    ] });
    this.lobby = new Lobby({ state, ask, notices: this.notices, show: () => this.controls?.open('participants') });
    this.hands = new Hands({ state, ask, notices: this.notices, onChange: () => this.controls?.draw() });
    const { leave: _, screen: share, ...keys } = press;
    listen({ ...keys, ...(Sources.canShare ? { screen: share } : {}), shortcuts }, signal);
    this.#timers.push(setInterval(() => this.#levels(), LEVELS_MS));
    addEventListener('online', () => this.#wake(), { signal });
    addEventListener('pagehide', () => this.protocol.away(), { signal });
    document.addEventListener('visibilitychange', () => this.#visibility(), { signal });
    this.options.devices.addEventListener('change', () => this.#speakers(), { signal });
    onLanguage(() => this.#drawAll(), signal);
    void this.#stayAwake();
  }

  // ------------------------------------------------------------------ what the node says

  /** @param {any} message */
  #message(message) {
    for (const happening of this.state.apply(message, performance.now())) this.#happened(happening);
  }

  /** @param {Happening} happening */
  #happened(happening) {
    /** @type {{[K in Happening["what"]]: (it: Extract<Happening, {what: K}>) => void}} */
    const then = {
      welcome: () => {
        this.#echo();
        this.chat?.reset();
        if (this.state.moreItems) this.#askItems();
        for (const source of this.state.blocked) void this.sources.blocked(source, true);
        this.#drawTime();
        for (const [source, rids] of this.state.layers) void this.peer?.watched(source, rids);
        this.#drawBlocked('');
        this.#drawAll();
      },
      joined: ({ person }) => {
        if (this.state.people.size <= TELL_UP_TO) this.notices.gather('people.came', isolate(person.name));
        this.#drawPeople();
      },
      changed: ({ person, before }) => {
        this.#echo();
        if (person.publishing.includes('screen') && !before.publishing.includes('screen') && person.participant !== this.state.you) {
          this.notices.toast(t('people.shares', { name: isolate(person.name) }));
        }
        this.#drawPeople();
      },
      gone: ({ person }) => {
        if (this.state.people.size <= TELL_UP_TO) this.notices.gather('people.left', isolate(person.name));
        this.#drawPeople();
      },
      slots: () => this.tiles?.draw(),
      time: () => this.#drawTime(),
      layers: ({ source, rids }) => void this.peer?.watched(source, rids),
      held: ({ held }) => {
        this.quality?.held(held);
        this.tiles?.draw();
      },
      quality: () => this.quality?.draw(),
      grades: () => this.tiles?.draw(),
      levels: () => this.#levels(),
      message: ({ message: said }) => this.chat?.add(said),
      older: ({ messages }) => this.chat?.older(messages),
      queue: ({ more }) => {
        this.moderation?.draw();
        if (more) this.#askItems();
      },
      hidden: ({ message: id }) => this.chat?.hidden(id),
      waiting: ({ key }) => this.chat?.waits(key),
      declined: ({ key }) => this.chat?.declined(key),
      reported: () => this.notices.toast(t('chat.reported')),
      flags: ({ before }) => this.flags?.changed(before),
      mode: () => this.#regulated(),
      restraint: () => this.#regulated(),
      item: ({ item, before }) => this.moderation?.changed(item, before),
      cover: () => this.moderation?.draw(),
      waiters: () => this.lobby?.draw(),
      hands: ({ before }) => {
        this.hands?.changed(before);
        this.participants?.draw();
        this.controls?.draw();
      },
      reactions: ({ tallies }) => this.hands?.given(tallies),
      blocked: ({ source, blocked, by }) => {
        void this.sources.blocked(source, blocked);
        if (!blocked) this.notices.toast(t(`${source}.unblocked`));
        this.#drawBlocked(by);
      },
    };
    /** @type {(it: any) => void} */ (then[happening.what])(happening);
  }

  /** What waits is more than one message holds: a page of it at a time. */
  #askItems() {
    const last = [...this.state.items.keys()].at(-1);
    if (last) this.protocol.ask('queue', { after: last });
  }

  #regulated() {
    this.chat?.regulated();
    this.moderation?.draw();
  }

  /** @param {string} by */
  #drawBlocked(by) {
    for (const source of /** @type {const} */ (['microphone', 'camera', 'screen'])) {
      const blocked = this.state.blocked.has(source) && this.state.rights.has(source);
      const who = blockedBy(by, source, this.state.flags);
      const key = who ? `${source}.blocked_by_${who}` : `${source}.blocked`;
      this.notices.set(`blocked-${source}`, blocked ? { key, tone: 'warn', icon: source === 'microphone' ? 'mic-lock' : `${source}-off` } : null);
    }
    this.controls?.draw();
  }

  /** The end is near: everybody is told when, and who may can move it. */
  #drawTime() {
    const { time, rights } = this.state;
    const action = { key: 'time.extend', run: () => this.#ask(this.protocol.extend(EXTEND_MINUTES)) };
    const values = { at: time ? clock(Date.now() + time.left_s * 1000) : '' };
    this.notices.set('time', time && { key: 'time.cut', values, tone: 'warn', icon: 'leave', ...(rights.has('end') ? { action } : {}) });
  }

  async #endForAll() {
    if (await confirm(t('end.title'), t('end.text'), t('end.yes'))) this.#ask(this.protocol.endSession());
  }

  /** @param {import('./protocol.js').ConnectionState} state */
  #connection(state) {
    clearTimeout(this.reconnecting);
    if (state === 'open') this.link.nodeIsBack();
    if (state === 'open' || state === 'ended') this.notices.set('connection', null);
    // A blink is not worth a banner.
    else this.reconnecting = setTimeout(() => this.notices.set('connection', { key: 'banner.reconnecting', tone: 'warn', icon: 'again', busy: true }), 1500);
  }

  /** @type {ReturnType<typeof setTimeout>|undefined} */ reconnecting;

  /** @param {import('./link.js').LinkState} state */
  #media(state) {
    const told = state === 'connected' || state === 'connecting' ? null : /** @type {const} */ ({ key: `banner.${state}`, tone: 'warn', icon: 'again', busy: true });
    this.notices.set('media', told);
    document.body.dataset.media = state;
  }

  /** @param {import('./protocol.js').Refusal} refusal */
  #tellRefusal(refusal) {
    const { message, next } = refusalText(refusal);
    this.notices.toast(`${message} ${next}`);
  }

  /** @param {boolean} sent */
  #ask(sent) {
    if (!sent) this.notices.toast(t('banner.reconnecting'));
  }

  // ------------------------------------------------------------------ media

  /** @param {import('./media.js').Peer} peer */
  async #newPeer(peer) {
    await this.sources.attach(peer);
  }

  /** @param {import('./protocol.js').Joined} joined */
  #joined(joined) {
    this.state.you = joined.participant;
    this.state.role = joined.role;
    if (joined.rights) this.state.rights = new Set(joined.rights);
    this.state.title ||= joined.room.title;
    if (!this.#came && joined.role === 'participant' && joined.flags?.includes('mute_on_start')) this.#startClosed();
    this.#came = true;
    this.options.onSession(joined.session, { name: this.options.choice.name, ...this.sources.on });
    this.#play(this.peer?.audio(joined.slots) ?? []);
    this.tiles?.draw();
  }

  /** The node lets nothing through until the microphone is opened here. */
  #startClosed() {
    if (!this.sources.on.microphone) return;
    void this.sources.set('microphone', false);
    this.notices.toast(t('flags.told.mute_on_start'));
  }

  /** @param {MediaStream[]} streams one for each audio slot */
  #play(streams) {
    const holder = find('#sounds', HTMLElement);
    this.#sounds = streams.map((stream) => {
      const sound = h('audio', { autoplay: true });
      sound.srcObject = stream;
      return sound;
    });
    holder.replaceChildren(...this.#sounds);
    this.#speakers();
    void this.#startSound();
  }

  async #startSound() {
    const blocked = await Promise.all(this.#sounds.map((sound) => sound.play().then(() => false, (error) => error?.name === 'NotAllowedError')));
    const action = { key: 'banner.sound_on', run: () => void this.#startSound() };
    this.notices.set('sound', blocked.includes(true) ? { key: 'banner.sound', tone: 'warn', icon: 'sound', action } : null);
  }

  #speakers() {
    const id = this.options.devices.chosen.speaker;
    for (const sound of this.#sounds) {
      if ('setSinkId' in sound && sound.sinkId !== id) void sound.setSinkId(id).catch(() => {});
    }
  }

  /** @param {import('./layout.js').Tile} tile */
  #stream(tile) {
    if (!tile.self) return this.peer?.stream(tile.slot) ?? null;
    const track = tile.source === 'camera' && this.sources.on.camera ? this.options.devices.camera : null;
    if (this.#ownCamera?.getVideoTracks()[0] !== track) this.#ownCamera = track ? new MediaStream([track]) : null;
    return track ? this.#ownCamera : null;
  }

  #wake() {
    this.protocol.wake();
    this.link.networkChanged();
  }

  // ------------------------------------------------------------------ what the person does

  /** What this person sends is known here first; the node's word about it comes later. */
  #echo() {
    const self = this.state.self;
    if (!self) return;
    /** @type {import('./protocol.js').Source[]} */ const publishing = [];
    for (const input of /** @type {const} */ (['microphone', 'camera'])) if (this.sources.isSent(input)) publishing.push(input);
    if (this.sources.sharing) publishing.push('screen');
    this.state.people.set(self.participant, { ...self, publishing });
  }

  #sourcesChanged() {
    this.#echo();
    if (this.protocol.session) this.options.onSession(this.protocol.session, { name: this.options.choice.name, ...this.sources.on });
    this.#drawPeople();
    this.controls?.draw();
  }

  /** @param {import('./controls.js').Name} name @returns {import('./controls.js').Face} */
  #face(name) {
    const { sources, state, controls } = this;
    const input = (/** @type {"microphone"|"camera"} */ what, /** @type {string} */ symbol) => {
      const blocked = state.blocked.has(what);
      const on = sources.isSent(what);
      const shown = blocked && what === 'microphone' ? 'mic-lock' : on ? symbol : `${symbol}-off`;
      return { symbol: shown, off: !on, hidden: !state.rights.has(what), word: t(`${what}.word`), label: t(blocked ? `${what}.blocked` : on ? `${what}.turn_off` : `${what}.turn_on`) };
    };
    const panel = (/** @type {"chat"|"participants"} */ what) => ({ expanded: controls?.panel === what, on: controls?.panel === what });
    const speaker = this.tiles?.view === 'speaker';
    const faces = {
      microphone: () => input('microphone', 'mic'),
      camera: () => input('camera', 'camera'),
      screen: () => ({ symbol: sources.sharing ? 'screen-off' : 'screen', on: sources.sharing, hidden: !Sources.canShare || !state.rights.has('screen'),
        word: t('screen.word'), label: t(sources.sharing ? 'screen.stop' : 'screen.start') }),
      chat: () => ({ symbol: 'chat', word: t('chat.word'), label: t('chat.title'), badge: this.chat?.unread ?? 0, ...panel('chat') }),
      participants: () => ({ symbol: 'people', word: t('people.word'), label: t('people.title'), ...panel('participants') }),
      view: () => ({ symbol: speaker ? 'grid' : 'speaker', word: t('view.word'), label: t(speaker ? 'view.grid' : 'view.speaker') }),
      hand: () => ({ symbol: 'hand', word: t('hand.word'), label: t(this.hands?.up ? 'hand.down' : 'hand.up'), on: this.hands?.up ?? false }),
      react: () => ({ symbol: 'react', word: t('react.word'), label: t('react.title'), expanded: this.hands?.choosing ?? false, on: this.hands?.choosing ?? false }),
      menu: () => ({ symbol: 'more', word: t('menu.word'), label: t('menu.label') }),
      leave: () => ({ symbol: 'leave', word: t('leave.word'), label: t('leave.label') }),
    };
    return faces[name]();
  }

  /** @param {import('./controls.js').Panel|null} panel */
  #panel(panel) {
    if (panel === 'chat') this.chat?.opened();
    if (panel === 'participants') this.participants?.opened();
    this.tiles?.draw();
  }

  #toggleView() {
    if (!this.tiles) return;
    this.tiles.view = this.tiles.view === 'grid' ? 'speaker' : 'grid';
    this.notices.say(t(this.tiles.view === 'grid' ? 'view.now_grid' : 'view.now_speaker'));
    this.tiles.draw();
    this.controls?.draw();
  }

  /** @param {string|null} pinned */
  #pin(pinned) {
    if (!this.tiles) return;
    this.tiles.pinned = pinned;
    const person = this.state.people.get(pinned ?? '');
    this.notices.say(person ? t('room.pinned', { name: isolate(person.name) }) : t('room.unpinned'));
    this.tiles.draw();
    this.participants?.draw();
  }

  /** @param {import('./protocol.js').Person} person */
  async #remove(person) {
    const name = isolate(person.name);
    if (await confirm(t('people.remove_title', { name }), t('people.remove_text'), t('people.remove_yes'))) {
      this.#ask(this.protocol.remove(person.participant));
    }
  }

  #settings() {
    const dialog = find('#settings', HTMLDialogElement);
    if (!dialog.open) dialog.showModal();
  }

  /** @param {number} tiles */
  #wantTiles(tiles) {
    this.#tilesWanted = Math.min(tiles, this.link.videoSlots);
    this.protocol.layout(this.#seen ? this.#tilesWanted : 0, this.tiles?.pinned ?? null);
  }

  /** @type {ReturnType<typeof setTimeout>|undefined} */ #resizing;

  /** @param {import('./protocol.js').TileSize[]} sizes */
  #wantSizes(sizes) {
    clearTimeout(this.#resizing);
    this.#resizing = setTimeout(() => this.protocol.sizes(sizes), SIZES_MS);
  }

  #visibility() {
    clearTimeout(this.#unseen);
    if (document.visibilityState === 'visible') {
      this.#seen = true;
      this.#wantTiles(this.#tilesWanted);
      this.protocol.wake();
      void this.#stayAwake();
    } else {
      this.#unseen = setTimeout(() => {
        this.#seen = false;
        this.#wantTiles(this.#tilesWanted);
      }, UNSEEN_MS);
    }
  }

  async #stayAwake() {
    try {
      this.awake = await navigator.wakeLock?.request('screen');
    } catch {
      // Battery saving says no: the screen may sleep.
    }
  }

  /** @type {WakeLockSentinel|undefined} */ awake;

  // ------------------------------------------------------------------ drawing

  #drawAll() {
    setText(find('#room-title', HTMLElement), this.state.title);
    this.quality?.draw();
    this.moderation?.draw();
    this.lobby?.draw();
    this.flags?.draw();
    this.hands?.draw();
    document.title = `${this.state.title} — Régie`;
    this.#drawPeople();
    this.controls?.draw();
  }

  #drawPeople() {
    const { people } = this.state;
    setText(find('#room-count', HTMLElement), t('room.people', { n: people.size }));
    this.tiles?.draw();
    this.participants?.draw();
    const cameras = [...people.values()].filter((person) => person.publishing.includes('camera')).length;
    void this.peer?.adapt(cameras);
  }

  #speaker = '';

  #levels() {
    if (this.#speaker !== this.state.speaker) {
      this.#speaker = this.state.speaker;
      this.tiles?.draw();
    }
    this.tiles?.levels();
    this.participants?.levels();
  }

  // ------------------------------------------------------------------ the end

  async leave() {
    const gone = this.protocol.leave();
    this.#end({ kind: 'left', why: null });
    await gone;
  }

  /** @param {Ending} ending */
  #end(ending) {
    if (this.#ended) return;
    this.#ended = true;
    this.close();
    this.options.onEnd(ending);
  }

  close() {
    this.#stop.abort();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#unseen);
    clearTimeout(this.#resizing);
    clearTimeout(this.reconnecting);
    this.quality?.close();
    this.sources.close();
    this.link.close();
    this.tiles?.clear();
    this.chat?.close();
    this.participants?.close();
    this.moderation?.close();
    this.lobby?.close();
    this.flags?.close();
    this.hands?.close();
    this.controls?.close();
    this.notices.clear();
    this.notices.quiet();
    find('#sounds', HTMLElement).replaceChildren();
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
    void this.awake?.release().catch(() => {});
  }
}

export { RefusedError };
