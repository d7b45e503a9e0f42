// The words of the protocol (node/signaling/README.md): what goes over the wire, as types.

/** @typedef {"microphone"|"camera"|"screen"|"screen_audio"} Source */
/** @typedef {{fr: string, en: string}} Text */
/** @typedef {{code: string, rule: string, message: Text, next_step: Text, limit?: string, current?: string, set_by?: string, support?: string}} Refusal */
/** @typedef {{participant: string, name: string, role: string, publishing: Source[], blocked: Source[], state: "here"|"away"|"joining"}} Person */
/** @typedef {{slot: number, participant: string|null, source: Source|null}} SlotShows */
/** @typedef {{message: string, participant: string, name: string, text: string, html: string, sent: number, key?: string, to?: string, reply?: string}} ChatMessage */
/** @typedef {{to?: string, reply?: string}} Address `to`: "" everybody, "staff" the hosts, or a participant */
/** @typedef {{public: boolean, private: boolean, to_staff: boolean, slow_s: number, hold: boolean, words: "allow"|"hold"|"refuse", strictness: ""|"slow"|"hold", per_moderator: number, own_words?: string[]}} Mode */
/** @typedef {{item: string, kind: "held"|"report", participant: string, name: string, text: string, html: string, at: number, why: string, message?: string, private?: boolean, reports?: number, claimed_by?: string, claimed_name?: string, verdict?: string}} Item */
/** @typedef {{participant: string, how: "hold"|"mute", until?: number}} Restraint in the chat; `until`: ms since the epoch; 0: no end */
/** @typedef {{participant: string, since: number}} Hand */
/** @typedef {"clap"|"yes"|"no"|"heart"|"laugh"|"wow"} Reaction */
/** @typedef {{reaction: Reaction, count: number, people: string[]}} Tally */
/** @typedef {{stage: "covered"|"short"|"slow"|"hold", needed: number, present: number}} Cover */
/** @typedef {{index: number, kind: "audio"|"video", mid: string}} Slot */
/** @typedef {{participant: string, session: string, role: string, rights?: string[], flags?: string[], sdp: string, slots: Slot[], tracks: {source: Source, mid: string}[], room: {room: string, title: string}, max_message: number, ice_servers?: IceServer[]}} Joined */
/** @typedef {{urls: string[], username: string, credential: string}} IceServer */
/** @typedef {{participant: string, name: string, role: string, since: number, why: string}} Waiter one who waits before the door; `since`: ms since the epoch */
/** @typedef {{on: boolean, agenda: string, message: string, waiters: Waiter[], total: number}} Waiters */
/** @typedef {{room: string, title: string, people: number, max_participants: number, role: string, lobby?: string, password?: boolean, name?: string, ice_servers?: IceServer[], recording?: string, notice?: Text|null, crowded?: boolean, advice_people?: number, speaking?: string, guide?: string, brand?: Brand, support?: string}} Look */
/** @typedef {{type: "welcome", seq: number, you: string, room: {room: string, title: string}, people: Person[], slots: SlotShows[], chat: ChatMessage[], blocked: Source[]}} Welcome */
/** @typedef {{slot: number, width: number, height: number}} TileSize device pixels; 0 × 0: not shown */
/** @typedef {"unknown"|"good"|"fair"|"poor"} Grade */
/** @typedef {{grade: Grade, cause: ""|"network_up"|"network_down"|"device"|"node"}} Verdict */
/** @typedef {{video_fps: number, video_lost: number, audio_lost: number, rtt_ms: number, jitter_ms: number, freezes: number, frozen_ms: number, decode_ms: number, dropped: number, limited: ""|"cpu"|"bandwidth"}} Quality */
/** @typedef {"removed"|"closed"|"replaced"|"node_stopping"} EndCause */
/** @typedef {{view: ""|import('./layout.js').View, spotlight: string[]}} Showing what the hosts show everybody; view "": everybody chooses */
/** @typedef {{slot: number, participant: string|null}} Voice who is in one of your audio slots */
/** @typedef {{name: string, colour: string, logo: string}} Brand */
/** @typedef {{welcome: string, speaking: string}} Written as it was typed */
/** @typedef {{welcome: string, staff: string, speaking: string, redirect: string, brand: Brand, guide: string, support: string, written?: Written|null}} Texts what the room says of itself */
/** @typedef {{state: "armed"|"recording"|"paused"|"lagging"|"disk_low"|"finishing", seconds: number}} Recorded */
/** @typedef {{title: string, starts: number, ends: number, password: boolean, links: {role: string, url: string, expires: number}[], text: Text, calendar: string}} Invitation */
/** @typedef {{number: number, at: number, who: string, did: string, participant: string, values: {role?: string, minutes?: string, verdict?: string, how?: string}, reason: string, outcome: string}} Entry of the audit; `at`: ms since the epoch */

export {};
