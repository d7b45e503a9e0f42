// The room: joins, listens, draws. What each screen does is in its own module; what the node says is folded by state.js.

import { Attention } from './attention.js';
import { Audit } from './audit.js';
import { brandName } from './brand.js';
import { Chat } from './chat.js';
import { Controls, confirm } from './controls.js';
import { find, setText } from './dom.js';
import { face } from './faces.js';
import { Flags } from './flags.js';
import { Invite } from './invite.js';
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
import { PersonMenu } from './person.js';
import { volume } from './pickers.js';
import { Pip } from './pip.js';
import { Protocol } from './protocol.js';
import { RefusedError } from './request.js';
import { Roles } from './roles.js';
import { Quality } from './quality.js';
import { DOINGS, Recordings } from './recordings.js';
import { Sound } from './sound.js';
import { RoomState } from './state.js';
import { Texts } from './texts.js';
import { Tiles } from './tiles.js';
import { View } from './view.js';

/** @typedef {import('./ended.js').Ending} Ending */
/** @typedef {import('./state.js').Happening} Happening */
/** @typedef {import('./join.js').Choice} Choice */
/** @typedef {import('./wire.js').Person} Person */

const LEVELS_MS = 500;
const EXTEND_MINUTES = 15;
/** Where no frame is drawn, people are drawn after this, ms. */
const UNDRAWN_MS = 250;
/** In a larger room, coming and going is not told one by one. */
const TELL_UP_TO = 40;

/**
 * Who is named as having taken a source; "": the operators.
 * @param {string} by "host", "lock" or "operator"; "": not told, after a reload
 * @param {import('./wire.js').Source} source
 * @param {Set<string>} flags
 */
function blockedBy(by, source, flags) {
  if (by !== 'operator' && flags.has(`lock_${source}`)) return 'lock';
  return by === 'host' ? by : '';
}

export class Room {
  state = new RoomState();
  /** @type {Controls|undefined} */ controls;
  #stop = new AbortController();
  /** @type {ReturnType<typeof setInterval>[]} */ #timers = [];
  /** @type {MediaStream|null} */ #ownCamera = null;
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
   * @param {import('./wire.js').IceServer[]|null} options.iceServers
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
    this.sound = new Sound({ devices, notices: this.notices, onWish: (on) => this.protocol.want('voices', { type: 'voices', on }) });
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
    const ask = (/** @type {string} */ type, /** @type {object} */ fields = {}) => this.#ask(this.protocol.ask(type, fields));
    this.attention = new Attention({ protocol: this.protocol, elsewhere: () => this.pip?.open ?? false, signal });
    this.view = new View({ state, ask, notices: this.notices, onChange: () => this.#viewChanged() });
    this.tiles = new Tiles({ state, view: this.view, stream: (tile) => this.#stream(tile),
      onMore: () => this.controls?.open('participants'),
      onLayout: (tiles) => this.attention?.tiles(Math.min(tiles, this.link.videoSlots), this.view?.pinned ?? null),
      onSizes: (sizes) => this.attention?.sizes(sizes) });
    this.pip = new Pip({ notices: this.notices, seen: () => this.#seen(), microphone: () => face(this, 'microphone'),
      press: () => void sources.toggle('microphone'), onChange: () => this.attention?.changed() });
    this.quality = new Quality({ peer: () => this.peer, protocol: this.protocol, state, notices: this.notices });
    this.chat = new Chat({ state, send: (text, key, address) => this.protocol.chat(text, key, address), key: () => this.protocol.world.key(),
      ask, open: () => this.controls?.panel === 'chat',
      onUnread: () => this.controls?.draw(), say: (text) => this.notices.say(text) });
    this.chat.maximum = this.link.maxMessage;
    this.person = new PersonMenu({ state, sound: this.sound, entries: this.#entries(ask) });
    this.participants = new Participants({ state, open: () => this.controls?.panel === 'participants',
      isForward: (participant) => this.view?.isForward(participant) ?? false,
      mute: (person, muted) => this.#ask(this.protocol.mute(person.participant, 'microphone', muted)),
      more: (person, button) => this.person?.toggle(person, button) });
    this.roles = new Roles({ state, ask });
    this.invite = new Invite({ ask, notices: this.notices });
    this.audit = new Audit({ state, ask });
    this.texts = new Texts({ state, ask, notices: this.notices, open: () => this.controls?.open('chat') });
    this.flags = new Flags({ state, ask, notices: this.notices });
    this.recordings = new Recordings({ state, notices: this.notices });
    this.moderation = new Moderation({ state, ask, notices: this.notices, transcript: (format) => this.protocol.transcript(format) });
    const press = {
      microphone: () => void sources.toggle('microphone'),
      camera: () => void sources.toggle('camera'),
      screen: () => void sources.toggleScreen(),
      chat: () => this.controls?.toggle('chat'),
      participants: () => this.controls?.toggle('participants'),
      view: () => this.view?.toggle(),
      hand: () => this.hands?.toggle(),
      react: () => this.hands?.show(!this.hands.choosing),
      leave: () => void this.leave(),
    };
    const shortcuts = () => find('#shortcuts', HTMLDialogElement).showModal();
    this.controls = new Controls({ press, face: (name) => face(this, name), onPanel: (panel) => this.#panel(panel), menu: () => this.#menu(ask, shortcuts) });
    volume(find('#settings-volume', HTMLElement), this.sound, signal);
    this.lobby = new Lobby({ state, ask, notices: this.notices, show: () => this.controls?.open('participants') });
    this.hands = new Hands({ state, ask, notices: this.notices, onChange: () => this.controls?.draw() });
    const { leave: _, screen: share, ...keys } = press;
    listen({ ...keys, ...(Sources.canShare ? { screen: share } : {}), shortcuts }, signal);
    this.#timers.push(setInterval(() => this.#levels(), LEVELS_MS));
    addEventListener('online', () => this.#wake(), { signal });
    addEventListener('pagehide', () => this.protocol.away(), { signal });
    this.options.devices.addEventListener('change', () => this.sound.route(), { signal });
    onLanguage(() => this.#drawAll(), signal);
  }

  /**
   * What is not in the bar: as this person's rights are now.
   * @param {(type: string, fields?: object) => void} ask
   * @param {() => void} shortcuts
   * @returns {import('./controls.js').MenuEntry[]}
   */
  #menu(ask, shortcuts) {
    const { rights, texts } = this.state;
    const recorded = this.recordings?.state ?? '';
    const recording = DOINGS.filter(([, , states]) => rights.has('record') && /** @type {readonly string[]} */ (states).includes(recorded))
      .map(([key, what]) => ({ key, symbol: 'record', run: () => ask('record', what) }));
    return [
      { key: 'settings.title', symbol: 'settings', run: () => this.#settings() },
      ...(Pip.possible ? [{ key: 'pip.title', symbol: 'pip', run: () => void this.pip?.toggle() }] : []),
      ...(rights.has('end') ? [{ key: 'invite.title', symbol: 'invite', run: () => this.invite?.open() }] : []),
      ...(rights.has('moderate') ? [{ key: 'audit.title', symbol: 'search', run: () => this.audit?.open() }] : []),
      ...recording,
      { key: 'keys.title', symbol: 'keyboard', run: shortcuts },
      ...(texts?.guide ? [{ key: 'guide.title', symbol: 'help', run: () => void open(texts.guide, '_blank', 'noopener') }] : []),
      ...(rights.has('end') ? [{ key: 'end.word', symbol: 'leave', run: () => void this.#endForAll() }] : []),
    ];
  }

  /** @param {(type: string, fields?: object) => void} ask @returns {import('./person.js').Entry[]} */
  #entries(ask) {
    const { state } = this;
    const pinned = (/** @type {Person} */ { participant }) => this.view?.pinned === participant;
    const forward = (/** @type {Person} */ { participant }) => this.view?.isForward(participant) ?? false;
    const leads = () => state.rights.has('moderate');
    const asks = (/** @type {Person} */ { participant }, /** @type {boolean} */ self) => state.handOf(participant) > 0 && (state.isHost || self);
    return [
      { key: 'person.pin', symbol: 'pin', when: (person) => !pinned(person), run: ({ participant }) => this.view?.pin(participant) },
      { key: 'person.unpin', symbol: 'pin', when: pinned, run: () => this.view?.pin(null) },
      { key: 'person.lower', symbol: 'hand', when: asks,
        run: ({ participant }) => (participant === state.you ? ask('hand', { up: false }) : ask('lower', { participant })) },
      { key: 'spotlight.put', symbol: 'spotlight', when: (person) => leads() && !forward(person), run: ({ participant }) => this.view?.spotlight(participant) },
      { key: 'spotlight.take', symbol: 'spotlight', when: (person) => leads() && forward(person), run: ({ participant }) => this.view?.spotlight(participant) },
      { key: 'roles.give', symbol: 'up', when: (_, self) => leads() && !self && state.roles.length > 1, run: (person) => this.roles?.give(person) },
      { key: 'rename.give', symbol: 'edit', when: (_, self) => leads() && !self, run: (person) => this.roles?.rename(person) },
      { key: 'person.remove', symbol: 'remove', when: (_, self) => state.isHost && !self, run: (person) => void this.#remove(person), danger: true },
      { key: 'person.ban', symbol: 'shield', when: (_, self) => leads() && !self, run: (person) => void this.#ban(person), danger: true },
    ];
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
        this.view?.welcomed();
        this.recordings?.changed();
        this.#drawAll();
      },
      joined: ({ person }) => {
        if (this.state.people.size <= TELL_UP_TO) this.notices.gather('people.came', isolate(person.name));
        this.#soonPeople();
      },
      changed: ({ person, before }) => {
        this.#echo();
        if (person.publishing.includes('screen') && !before.publishing.includes('screen') && person.participant !== this.state.you) {
          this.notices.toast(t('people.shares', { name: isolate(person.name) }));
        }
        this.#soonPeople();
      },
      gone: ({ person }) => {
        if (this.state.people.size <= TELL_UP_TO) this.notices.gather('people.left', isolate(person.name));
        this.#soonPeople();
      },
      slots: () => {
        this.tiles?.draw();
        this.pip?.draw();
      },
      role: ({ by }) => {
        void this.sources.allowed();
        const role = t(`roles.${this.state.role}`);
        this.notices.toast(t(by === 'host' ? 'roles.now' : 'roles.now_operator', { role }));
        this.#drawAll();
      },
      texts: () => this.#drawAll(),
      noted: ({ unknown }) => this.texts?.noted(unknown),
      invitation: ({ invitation }) => this.invite?.came(invitation),
      audit: ({ page }) => this.audit?.came(page),
      voices: ({ voices }) => this.sound.voices(voices),
      showing: ({ before }) => this.view?.shown(before),
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
      recording: () => this.recordings?.changed(),
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

  /** @param {import('./wire.js').Refusal} refusal */
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

  /** @param {import('./wire.js').Joined} joined */
  #joined(joined) {
    this.state.you = joined.participant;
    this.state.role = joined.role;
    if (joined.rights) this.state.rights = new Set(joined.rights);
    this.state.title ||= joined.room.title;
    if (!this.#came && joined.role === 'participant' && joined.flags?.includes('mute_on_start')) this.#startClosed();
    this.#came = true;
    this.options.onSession(joined.session, { name: this.options.choice.name, ...this.sources.on });
    this.sound.play(this.peer?.audio(joined.slots) ?? []);
    this.tiles?.draw();
  }

  /** The node lets nothing through until the microphone is opened here. */
  #startClosed() {
    if (!this.sources.on.microphone) return;
    void this.sources.set('microphone', false);
    this.notices.toast(t('flags.told.mute_on_start'));
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
    /** @type {import('./wire.js').Source[]} */ const publishing = [];
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

  /** @param {import('./controls.js').Panel|null} panel */
  #panel(panel) {
    if (panel === 'chat') {
      this.chat?.opened();
      this.texts?.read();
    }
    if (panel === 'participants') this.participants?.opened();
    this.tiles?.draw();
  }

  #viewChanged() {
    this.tiles?.draw();
    this.participants?.draw();
    this.controls?.draw();
    this.pip?.draw();
  }

  /** What is worth a window of its own: what is on the stage, or who spoke last. @returns {import('./pip.js').Seen} */
  #seen() {
    const tile = this.tiles?.first() ?? null;
    const name = this.state.people.get(tile?.participant ?? '')?.name ?? '';
    return { stream: tile ? this.#stream(tile) : null, name, mirror: Boolean(tile?.self && tile.source === 'camera') };
  }

  /** @param {Person} person */
  async #remove(person) {
    const name = isolate(person.name);
    if (await confirm(t('people.remove_title', { name }), t('people.remove_text'), t('people.remove_yes'))) {
      this.#ask(this.protocol.remove(person.participant));
    }
  }

  /** @param {Person} person */
  async #ban(person) {
    const name = isolate(person.name);
    if (await confirm(t('people.ban_title', { name }), t('people.ban_text'), t('people.ban_yes'))) {
      this.#ask(this.protocol.ban(person.participant));
    }
  }

  #settings() {
    const dialog = find('#settings', HTMLDialogElement);
    if (!dialog.open) dialog.showModal();
  }

  // ------------------------------------------------------------------ drawing

  #drawAll() {
    setText(find('#room-title', HTMLElement), this.state.title);
    this.quality?.draw();
    this.moderation?.draw();
    this.lobby?.draw();
    this.flags?.draw();
    this.recordings?.draw();
    this.hands?.draw();
    this.texts?.draw();
    document.title = `${this.state.title} — ${brandName()}`;
    this.#drawPeople();
    this.controls?.draw();
  }

  #people = 0;

  /** Somebody came, went or changed: drawn with the next frame, however many they are. */
  #soonPeople() {
    if (this.#people) return;
    const draw = () => {
      clearTimeout(this.#people);
      cancelAnimationFrame(frame);
      this.#people = 0;
      if (!this.#ended) this.#drawPeople();
    };
    const frame = requestAnimationFrame(draw);
    this.#people = Number(setTimeout(draw, UNDRAWN_MS));
  }

  #drawPeople() {
    const { people } = this.state;
    setText(find('#room-count', HTMLElement), t('room.people', { n: people.size }));
    this.tiles?.draw();
    this.participants?.draw();
    const { advisedPeople: advised, rights } = this.state;
    // Who leads: of a video conference nobody ends the session, and everybody begins it.
    const crowded = advised > 0 && people.size > advised && (rights.has('end') || rights.has('start'));
    this.notices.set('crowd', crowded ? { key: 'crowd.room', values: { n: advised }, tone: 'info', icon: 'people' } : null);
    const cameras = [...people.values()].filter((person) => person.publishing.includes('camera')).length;
    void this.peer?.adapt(cameras);
  }

  #speaker = '';

  #levels() {
    if (this.#speaker !== this.state.speaker) {
      this.#speaker = this.state.speaker;
      this.tiles?.draw();
      this.pip?.draw();
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
    this.options.onEnd({ ...ending, redirect: this.state.texts?.redirect ?? '', support: this.state.texts?.support ?? '' });
  }

  close() {
    this.#stop.abort();
    for (const timer of this.#timers) clearInterval(timer);
    clearTimeout(this.#people);
    clearTimeout(this.reconnecting);
    this.attention?.close();
    this.pip?.close();
    this.view?.close();
    this.person?.close();
    this.quality?.close();
    this.sources.close();
    this.link.close();
    this.tiles?.clear();
    this.chat?.close();
    this.participants?.close();
    this.moderation?.close();
    this.lobby?.close();
    this.flags?.close();
    this.recordings?.close();
    this.hands?.close();
    this.controls?.close();
    this.notices.clear();
    this.notices.quiet();
    this.sound.close();
    this.roles?.close();
    this.invite?.close();
    this.audit?.close();
    this.texts?.close();
    for (const dialog of document.querySelectorAll('dialog')) dialog.close();
  }
}

export { RefusedError };
