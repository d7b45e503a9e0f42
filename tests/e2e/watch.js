// Put into a page before its own code: remembers the peer connections that it makes, so that a test can read their statistics.
(() => {
  const Real = window.RTCPeerConnection;
  if (!Real || window.regieWatch) return;
  const made = [];
  const watch = (window.regieWatch = { made, connectedAt: 0, pictureAfter: null });

  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      made.push(this);
      this.addEventListener("iceconnectionstatechange", () => {
        if (!["connected", "completed"].includes(this.iceConnectionState) || this.connectedAt) return;
        this.connectedAt = performance.now();
        watch.connectedAt = this.connectedAt;
        watch.pictureAfter = null;
        void untilPicture(this);
      });
    }
  };

  // Milliseconds from ICE being connected to the first decoded picture (Chromium refreshes statistics each 50 ms).
  async function untilPicture(connection) {
    while (connection.connectionState !== "closed" && performance.now() - connection.connectedAt < 10000) {
      for (const report of (await connection.getStats()).values())
        if (report.type === "inbound-rtp" && report.kind === "video" && report.framesDecoded > 0) {
          watch.pictureAfter = performance.now() - connection.connectedAt;
          return;
        }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }

  watch.read = async () => {
    const connection = made.filter((one) => one.connectionState !== "closed").at(-1);
    if (!connection) return { state: "none", inbound: [], outbound: [], at: performance.now() };
    const inbound = [];
    const outbound = [];
    for (const report of (await connection.getStats()).values()) {
      if (report.type === "inbound-rtp") inbound.push({ ...report });
      if (report.type === "outbound-rtp") outbound.push({ ...report });
    }
    return {
      state: connection.connectionState,
      ice: connection.iceConnectionState,
      pictureAfter: watch.pictureAfter,
      connections: made.length,
      at: performance.now(),
      inbound,
      outbound,
    };
  };
})();
