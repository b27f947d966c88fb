import type { Page } from "playwright-core";

type Side = "caller" | "callee";

/** The half of the attack that has a browser: a leg to each side, and whatever comes from one goes to the other. */
interface Legs {
  offer(from: Side, sdp: string): Promise<string>;
  answer(from: Side, sdp: string): Promise<string>;
  candidate(from: Side, candidate: RTCIceCandidateInit): Promise<void>;
}

declare global {
  interface Window {
    readonly legs: Legs;
  }
}

interface SignalPayload {
  readonly sdp?: string;
}

interface Frame {
  readonly type: string;
  readonly peerId?: string;
  readonly targetPeerId?: string;
  readonly signalType?: string;
  readonly payload?: SignalPayload & RTCIceCandidateInit;
}

/**
 * Somebody between two callers and the platform, or the platform itself, who answers each in the place of the other with a
 * certificate of their own, and passes on media and messages in clear.
 */
export class ManInTheMiddle {
  readonly #page: Page;
  readonly #peers = new Map<Side, string>();

  private constructor(page: Page) {
    this.#page = page;
  }

  /** @param page a blank page of a browser, to terminate media in */
  static async at(page: Page): Promise<ManInTheMiddle> {
    await page.evaluate(createLegs);
    return new ManInTheMiddle(page);
  }

  /** Gets hold of the sockets that a page will open. */
  async intercepts(page: Page, side: Side): Promise<void> {
    await page.routeWebSocket(/\/p2p\/signaling\/ws/, (client) => {
      const platform = client.connectToServer();
      let inOrder = Promise.resolve();
      platform.onMessage((text) => {
        const { type, peerId } = JSON.parse(String(text)) as Frame;
        if (type === "call_joined" && peerId) this.#peers.set(side, peerId);
        client.send(text);
      });
      client.onMessage((text) => {
        inOrder = inOrder.then(async () => {
          const changed = await this.#change(side, JSON.parse(String(text)) as Frame);
          if (changed) platform.send(JSON.stringify(changed));
        });
      });
    });
  }

  /** What goes on in the place of a frame, if anything. */
  async #change(from: Side, frame: Frame): Promise<Frame | undefined> {
    const { type, signalType, payload, targetPeerId = "" } = frame;
    if (type !== "signal" || !payload) return frame;
    if (signalType === "ice-candidate") {
      await this.#page.evaluate(([side, candidate]) => window.legs.candidate(side, candidate), [
        from,
        payload,
      ] as const);
      return undefined;
    }
    if (payload.sdp === undefined || (signalType !== "offer" && signalType !== "answer")) return frame;
    // Both may offer at once: the polite side would yield, and does so here.
    if (signalType === "offer" && (this.#peers.get(from) ?? "") < targetPeerId) return undefined;
    const sdp = await this.#page.evaluate(([side, what, text]) => window.legs[what](side, text), [
      from,
      signalType,
      payload.sdp,
    ] as const);
    return { ...frame, payload: { ...payload, sdp } };
  }
}

/** Runs in the page. */
function createLegs(): void {
  const other = { caller: "callee", callee: "caller" } as const;
  const legs: Partial<Record<Side, RTCPeerConnection>> = {};
  const channels: Partial<Record<Side, RTCDataChannel>> = {};
  const waiting: { side: Side; candidate: RTCIceCandidateInit }[] = [];

  const relay = (side: Side, channel: RTCDataChannel): void => {
    channel.binaryType = "arraybuffer";
    channels[side] = channel;
    channel.addEventListener("message", ({ data }) => {
      const to = channels[other[side]];
      if (to?.readyState === "open") to.send(data);
      else to?.addEventListener("open", () => to.send(data), { once: true });
    });
  };
  const leg = (side: Side): RTCPeerConnection => {
    const present = legs[side];
    if (present) return present;
    const peer = new RTCPeerConnection();
    peer.addEventListener("datachannel", ({ channel }) => relay(side, channel));
    legs[side] = peer;
    return peer;
  };
  const passTracks = async (from: RTCPeerConnection, to: RTCPeerConnection): Promise<void> => {
    const stream = new MediaStream();
    for (const [index, { receiver }] of from.getTransceivers().entries()) {
      const { track } = receiver;
      const transceiver = to.getTransceivers()[index] ?? to.addTransceiver(track.kind);
      transceiver.direction = "sendrecv";
      transceiver.sender.setStreams(stream);
      await transceiver.sender.replaceTrack(track);
    }
  };
  const describe = async (peer: RTCPeerConnection): Promise<string> => {
    await peer.setLocalDescription();
    while (peer.iceGatheringState !== "complete") {
      await new Promise((resolve) => peer.addEventListener("icegatheringstatechange", resolve, { once: true }));
    }
    return peer.localDescription?.sdp ?? "";
  };
  const apply = async (side: Side, type: "offer" | "answer", sdp: string): Promise<RTCPeerConnection> => {
    const peer = leg(side);
    await peer.setRemoteDescription({ type, sdp });
    for (const each of waiting.filter((one) => one.side === side)) await peer.addIceCandidate(each.candidate);
    return peer;
  };

  const made: Legs = {
    async offer(from, sdp) {
      const source = await apply(from, "offer", sdp);
      const target = leg(other[from]);
      await passTracks(source, target);
      if (!channels[other[from]]) relay(other[from], target.createDataChannel("radist-data"));
      return describe(target);
    },
    async answer(from, sdp) {
      const source = await apply(from, "answer", sdp);
      const target = leg(other[from]);
      await passTracks(source, target);
      return describe(target);
    },
    async candidate(side, candidate) {
      const peer = legs[side];
      if (peer?.remoteDescription) await peer.addIceCandidate(candidate);
      else waiting.push({ side, candidate });
    },
  };
  Object.assign(window, { legs: made });
}
