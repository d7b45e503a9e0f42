// What the page knows of the room: a fold of the node's messages. No DOM.

/** @typedef {import('./wire.js').Person} Person */
/** @typedef {import('./wire.js').Source} Source */
/** @typedef {import('./wire.js').ChatMessage} ChatMessage */
/** @typedef {import('./wire.js').Grade} Grade */
/** @typedef {import('./wire.js').Verdict} Verdict */
/** @typedef {import('./wire.js').Mode} Mode */
/** @typedef {import('./wire.js').Item} Item */

/**
 * What a message changed, in words the screens understand.
 * @typedef {{what: "welcome"} | {what: "joined", person: Person} |
 *   {what: "changed", person: Person, before: Person} | {what: "gone", person: Person, cause: string} | {what: "slots"} | {what: "time"} | {what: "levels"} |
 *   {what: "message", message: ChatMessage} | {what: "older", messages: ChatMessage[]} | {what: "queue", more: boolean} | {what: "hidden", message: string} |
 *   {what: "blocked", source: Source, blocked: boolean, by: string} | {what: "layers", source: Source, rids: string[]} |
 *   {what: "held", held: boolean} | {what: "quality", verdict: Verdict} | {what: "grades"} |
 *   {what: "waiting", key: string} | {what: "declined", key: string} | {what: "reported"} | {what: "mode"} | {what: "item", item: Item, before: Item|undefined} |
 *   {what: "restraint", participant: string} | {what: "hands", before: string[]} | {what: "reactions", tallies: import('./wire.js').Tally[]} | {what: "cover"} | {what: "waiters"} | {what: "flags", before: Set<string>} | {what: "role", by: string} | {what: "texts"} | {what: "noted", unknown: string[]} | {what: "recording"} | {what: "invitation", invitation: import('./wire.js').Invitation} | {what: "audit", page: {entries: import('./wire.js').Entry[], next: number, since: number}} | {what: "voices", voices: import('./wire.js').Voice[]} | {what: "showing", before: import('./wire.js').Showing}} Happening
 */

/** Levels at or beyond this (-dBov, RFC 6464) are taken for silence. */
const SILENT = 70;
/** The node tells who speaks several times a second; a level older than this is stale, ms. */
const LEVEL_AGE_MS = 2000;

/** Messages remembered, and how many may gather before the oldest are left to the node again. */
export const CHAT_KEPT = 500;
const CHAT_MOST = 3000;
/** People whose names are remembered after they left. */
const LEFT_KEPT = 500;

export class RoomState {
  constructor() {
    this.you = '';
    this.role = 'participant';
    this.title = '';
    /** @type {Set<string>} what this person may do in a room of this type */
    this.rights = new Set(['microphone', 'camera', 'screen', 'chat']);
    /** @type {Set<string>} what participants may not do for now */
    this.flags = new Set();
    /** @type {{ends: number, left_s: number, minutes: number}|null} the end that is near */
    this.time = null;
    /** @type {Map<string, Person>} in the order of arrival */
    this.people = new Map();
    /** @type {Map<string, string>} participant → name, of those who left last */
    this.left = new Map();
    /** @type {Map<number, {participant: string, source: Source}>} by slot index */
    this.slots = new Map();
    /** @type {ChatMessage[]} */
    this.chat = [];
    /** The node may have older messages than the first of `chat`. */
    this.older = false;
    /** The node has more of what waits than `items`. */
    this.moreItems = false;
    /** @type {Set<Source>} your sources that the node blocks */
    this.blocked = new Set();
    /** @type {Map<Source, string[]>} layers of yours that anybody watches */
    this.layers = new Map();
    /** Your connection bears no picture: you are sent sound only. */
    this.held = false;
    /** @type {Verdict} of your own connection */
    this.verdict = { grade: 'unknown', cause: '' };
    /** @type {Map<string, Grade>} by participant, of those whose connection is not good */
    this.grades = new Map();
    /** @type {Map<string, {loudness: number, at: number}>} loudness 0 … 1 by participant */
    this.levels = new Map();
    /** @type {Mode} how the chat is regulated */
    this.mode = { ...OPEN };
    /** @type {Map<string, Item>} what waits for a host, by id; hosts only */
    this.items = new Map();
    /** @type {Map<string, import('./wire.js').Restraint>} by participant, as far as this person may know */
    this.restraints = new Map();
    /** @type {{text: string, key: string}[]} messages of this person that wait */
    this.waiting = [];
    /** @type {import('./wire.js').Hand[]} the longest waiting first */
    this.hands = [];
    /** @type {import('./wire.js').Cover|null} hosts only */
    this.cover = null;
    /** @type {import('./wire.js').Waiters|null} who may let people in only */
    this.lobby = null;
    /** @type {import('./wire.js').Texts|null} what the room says of itself */
    this.texts = null;
    /** What is not as it should be before guests come: to who may start. @type {string[]} */ this.risks = [];
    /** @type {import('./wire.js').Recorded|null} null: nothing is recorded */
    this.recording = null;
    /** @type {string[]} that people may have in a room of this type */
    this.roles = [];
    /** With more people than this, quality may suffer; 0: not known. */
    this.advisedPeople = 0;
    /** @type {import('./wire.js').Showing} what the hosts put forward for everybody */
    this.showing = { view: '', spotlight: [] };
    /** Who was the loudest last, and since when (ms). */
    this.speaker = '';
    this.spokeAt = 0;
  }

  /**
   * @param {any} message one message of the node
   * @param {number} now ms
   * @returns {Happening[]}
   */
  apply(message, now) {
    return Object.hasOwn(FOLD, message.type) ? (FOLD[message.type]?.(this, message, now) ?? []) : [];
  }

  /** @param {string} participant @param {number} now ms @returns {number} 0 … 1; 0 is silent */
  loudness(participant, now) {
    const level = this.levels.get(participant);
    return level && now - level.at < LEVEL_AGE_MS ? level.loudness : 0;
  }

  get self() {
    return this.people.get(this.you);
  }

  get others() {
    return [...this.people.values()].filter((person) => person.participant !== this.you);
  }

  get isHost() {
    return (this.self?.role ?? this.role) === 'host';
  }

  /** Hosts, and those whose part it is to look after the chat. */
  get isStaff() {
    return isStaff(this.self?.role ?? this.role) || this.rights.has('moderate_chat');
  }

  /** @param {string} participant @returns {number} 1 for the first to speak; 0: the hand is down */
  handOf(participant) {
    return this.hands.findIndex((hand) => hand.participant === participant) + 1;
  }

  /** @param {string} participant @param {Source} source @returns {number|null} the slot that shows it */
  slotOf(participant, source) {
    for (const [slot, shows] of this.slots) {
      if (shows.participant === participant && shows.source === source) return slot;
    }
    return null;
  }

  /** @param {Iterable<import('./wire.js').SlotShows>} slots */
  setSlots(slots) {
    for (const { slot, participant, source } of slots) {
      if (participant && source) this.slots.set(slot, { participant, source });
      else this.slots.delete(slot);
    }
  }
}

/** @type {Mode} */
const OPEN = { public: true, private: true, to_staff: true, slow_s: 0, hold: false, words: 'allow', strictness: '', per_moderator: 0 };

/** @param {number} level -dBov @returns {number} 0 … 1 */
export function loudnessOf(level) {
  return Math.max(0, Math.min(1, (SILENT - level) / (SILENT - 15)));
}

/** A new speaker takes the stage only when the last one was silent for this long, ms. */
const SPEAKER_HOLD_MS = 1500;

/** @type {Record<string, (state: RoomState, message: any, now: number) => Happening[]>} */
const FOLD = {
  welcome(state, message) {
    state.you = message.you;
    state.title = message.room.title;
    state.people = new Map(message.people.map((/** @type {Person} */ person) => [person.participant, person]));
    state.slots = new Map();
    state.setSlots(message.slots);
    state.chat = message.chat;
    state.older = Boolean(message.older);
    state.moreItems = Boolean(message.more_items);
    state.blocked = new Set(message.blocked);
    state.levels.clear();
    state.layers = new Map((message.layers ?? []).map((/** @type {{source: Source, rids: string[]}} */ each) => [each.source, each.rids]));
    state.held = Boolean(message.held);
    state.verdict = message.quality ?? { grade: 'unknown', cause: '' };
    state.mode = message.mode ?? { ...OPEN };
    state.items = new Map((message.items ?? []).map((/** @type {Item} */ item) => [item.item, item]));
    state.restraints = new Map((message.restraints ?? []).map((/** @type {import('./wire.js').Restraint} */ each) => [each.participant, each]));
    state.waiting = message.waiting ?? [];
    state.hands = message.hands ?? [];
    state.cover = message.cover ?? null;
    state.lobby = message.lobby ?? null;
    state.texts = message.texts ?? null;
    state.risks = message.risks ?? [];
    state.roles = message.room.roles ?? [];
    state.advisedPeople = message.room.advice_people ?? 0;
    state.showing = message.showing ?? { view: '', spotlight: [] };
    if (message.rights) state.rights = new Set(message.rights);
    state.time = message.time ?? null;
    state.flags = new Set(message.flags ?? []);
    state.recording = message.recording ?? null;
    return [{ what: 'welcome' }];
  },
  person(state, { person }) {
    const before = state.people.get(person.participant);
    state.people.set(person.participant, person);
    return [before ? { what: 'changed', person, before } : { what: 'joined', person }];
  },
  gone(state, { participant, cause }) {
    const person = state.people.get(participant);
    state.people.delete(participant);
    if (person) state.left.set(participant, person.name);
    if (state.left.size > LEFT_KEPT) state.left.delete([...state.left.keys()][0] ?? '');
    state.levels.delete(participant);
    for (const [slot, shows] of state.slots) if (shows.participant === participant) state.slots.delete(slot);
    return person ? [{ what: 'gone', person, cause }] : [];
  },
  slots(state, { slots }) {
    state.setSlots(slots);
    return [{ what: 'slots' }];
  },
  speaking(state, { levels }, now) {
    state.levels.clear();
    let loudest = '';
    let most = 0;
    for (const { participant, level } of levels) {
      const loudness = loudnessOf(level);
      if (loudness <= 0) continue;
      state.levels.set(participant, { loudness, at: now });
      if (participant !== state.you && loudness > most) [loudest, most] = [participant, loudness];
    }
    if (state.levels.has(state.speaker)) state.spokeAt = now;
    else if (loudest && now - state.spokeAt > SPEAKER_HOLD_MS) [state.speaker, state.spokeAt] = [loudest, now];
    return [{ what: 'levels' }];
  },
  time(state, { time }) {
    state.time = time;
    return [{ what: 'time' }];
  },
  flags(state, { flags }) {
    const before = state.flags;
    state.flags = new Set(flags);
    return [{ what: 'flags', before }];
  },
  layers(state, { source, rids }) {
    state.layers.set(source, rids);
    return [{ what: 'layers', source, rids }];
  },
  held(state, { held }) {
    if (state.held === held) return [];
    state.held = held;
    return [{ what: 'held', held }];
  },
  quality(state, { grade, cause }) {
    state.verdict = { grade, cause };
    return [{ what: 'quality', verdict: state.verdict }];
  },
  grades(state, { grades }) {
    state.grades = new Map(grades.map((/** @type {{participant: string, grade: Grade}} */ each) => [each.participant, each.grade]));
    return [{ what: 'grades' }];
  },
  chat(state, { message }) {
    if (state.chat.some((said) => said.message === message.message)) return [];
    state.chat.push(message);
    if (state.chat.length > CHAT_MOST) {
      state.chat = state.chat.slice(-CHAT_KEPT);
      state.older = true;
    }
    return [{ what: 'message', message }];
  },
  older(state, { messages, more }) {
    const known = new Set(state.chat.map((said) => said.message));
    const fresh = messages.filter((/** @type {ChatMessage} */ said) => !known.has(said.message));
    state.chat = [...fresh, ...state.chat].sort((a, b) => (a.message < b.message ? -1 : 1));
    state.older = more;
    return [{ what: 'older', messages }];
  },
  queue(state, { items, more }) {
    for (const item of items) if (!state.items.has(item.item)) state.items.set(item.item, item);
    state.moreItems = more;
    return [{ what: 'queue', more }];
  },
  hidden(state, { message }) {
    state.chat = state.chat.filter((said) => said.message !== message);
    return [{ what: 'hidden', message }];
  },
  waiting: (_state, { key }) => [{ what: 'waiting', key }],
  declined: (_state, { key }) => [{ what: 'declined', key }],
  reported: () => [{ what: 'reported' }],
  mode(state, { mode }) {
    state.mode = mode;
    return [{ what: 'mode' }];
  },
  item(state, { item }) {
    const before = state.items.get(item.item);
    if (item.verdict) state.items.delete(item.item);
    else state.items.set(item.item, item);
    return [{ what: 'item', item, before }];
  },
  restraint(state, { participant, how, until }) {
    if (how) state.restraints.set(participant, { participant, how, until });
    else state.restraints.delete(participant);
    return [{ what: 'restraint', participant }];
  },
  hands(state, { hands }) {
    const before = state.hands.map((hand) => hand.participant);
    state.hands = hands;
    return [{ what: 'hands', before }];
  },
  reactions: (_state, { reactions }) => [{ what: 'reactions', tallies: reactions }],
  waiters(state, { lobby }) {
    state.lobby = lobby;
    return [{ what: 'waiters' }];
  },
  role(state, { role, rights, by }) {
    state.role = role;
    state.rights = new Set(rights);
    const self = state.self;
    if (self) state.people.set(self.participant, { ...self, role });
    return [{ what: 'role', by }];
  },
  texts(state, { title, texts }) {
    state.title = title;
    state.texts = texts;
    return [{ what: 'texts' }];
  },
  noted: (_state, { unknown }) => [{ what: 'noted', unknown }],
  recording(state, { recording }) {
    state.recording = recording;
    return [{ what: 'recording' }];
  },
  invitation: (_state, invitation) => [{ what: 'invitation', invitation }],
  audit: (_state, page) => [{ what: 'audit', page }],
  showing(state, { view, spotlight }) {
    const before = state.showing;
    state.showing = { view, spotlight };
    return [{ what: 'showing', before }];
  },
  voices: (_state, { voices }) => [{ what: 'voices', voices }],
  cover(state, { cover }) {
    state.cover = cover;
    return [{ what: 'cover' }];
  },
  blocked(state, { source, blocked, by }) {
    if (state.blocked.has(source) === blocked) return [];
    if (blocked) state.blocked.add(source);
    else state.blocked.delete(source);
    return [{ what: 'blocked', source, blocked, by }];
  },
};

/** @param {string} role @returns {boolean} whether people of this role moderate (node/features/participants/view.py) */
export function isStaff(role) {
  return role === 'host' || role === 'moderator';
}
