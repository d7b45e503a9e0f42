// A world for protocol.js without a network: virtual time, scripted answers, sockets in the test's hands.

export class World {
  now_ = 0;
  timers = [];
  sockets = [];
  requests = [];
  beacons = [];
  answers = [];
  keys = 0;

  world() {
    return {
      fetch: async (url, init) => {
        this.requests.push({ url, ...init, body: init.body && JSON.parse(init.body) });
        const answer = this.answers.shift();
        if (!answer) throw new TypeError('network');
        const [status, body] = answer;
        return { ok: status < 300, status, json: async () => body };
      },
      socket: (url, protocol) => {
        const socket = new Socket(url, protocol);
        this.sockets.push(socket);
        return socket;
      },
      beacon: (url, body) => Boolean(this.beacons.push({ url, body })),
      later: (run, ms) => {
        const timer = { run, at: this.now_ + ms };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((other) => other !== timer);
        };
      },
      random: () => 1,
      now: () => this.now_,
      key: () => `k${(this.keys += 1)}`,
    };
  }

  /** The socket that was opened last. */
  get socket() {
    return this.sockets.at(-1);
  }

  /** Let `ms` pass; timers run in their order. */
  pass(ms) {
    const until = this.now_ + ms;
    for (;;) {
      const next = this.timers.filter((timer) => timer.at <= until).sort((a, b) => a.at - b.at)[0];
      if (!next) break;
      this.timers = this.timers.filter((timer) => timer !== next);
      this.now_ = next.at;
      next.run();
    }
    this.now_ = until;
  }
}

class Socket {
  readyState = 0;
  sent = [];

  constructor(url, protocol) {
    this.url = url;
    this.protocol = protocol;
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  close(code) {
    this.readyState = 3;
    this.closedWith = code;
  }

  // What the node does:

  opens() {
    this.readyState = 1;
    this.onopen();
  }

  says(message) {
    this.onmessage({ data: typeof message === 'string' ? message : JSON.stringify(message) });
  }

  drops(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }

  /** What the page said since this was last asked. */
  heard() {
    return this.sent.splice(0);
  }
}

export const WELCOME = {
  type: 'welcome', seq: 10, you: 'p_you', room: { room: 'r_1', title: 'Salle' }, people: [], slots: [], chat: [], blocked: [],
};
