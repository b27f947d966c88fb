import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type IncomingSignal, readSignal } from "./negotiation.ts";
import { type Link, type LinkRole, Peering } from "./peering.ts";
import type { RosterEvent } from "./roster.ts";

type PeerId = RosterEvent["peerId"];

/** A link that records what is asked of it. */
class LinkModel implements Link {
  readonly role: LinkRole;
  readonly renew: (signals: IncomingSignal[]) => void;
  readonly log: string[] = [];
  isBound = false;

  constructor(role: LinkRole, renew: (signals: IncomingSignal[]) => void) {
    this.role = role;
    this.renew = renew;
  }

  receive(signal: IncomingSignal): void {
    this.log.push(signal.kind === "description" ? signal.type : signal.kind);
  }

  repeat(): void {
    this.log.push("repeat");
  }

  close(): void {
    this.log.push("close");
  }
}

const joined = (connected = true): RosterEvent => ({ type: "joined", peerId: "peer_b" as PeerId, connected });
const left = (reason: "left" | "expired" | "disconnected"): RosterEvent => ({
  type: "left",
  peerId: "peer_b" as PeerId,
  reason,
});
const reconnected: RosterEvent = { type: "reconnected", peerId: "peer_b" as PeerId };

const signal = (name: string, fields: object): IncomingSignal => {
  const read = readSignal(name, { sdp: "v=0", session: "s", ...fields });
  if (!read) throw new Error("This is no signal.");
  return read;
};
const firstOffer = signal("offer", {});
const offerToUs = signal("offer", { to: "ours" });
const answer = signal("answer", {});
const candidate = signal("ice-candidate", { candidate: "candidate:1" });

/** This side is `peer_a`, and the polite one of the two. */
function side(ownPeerId = "peer_a") {
  const links: LinkModel[] = [];
  const peering = new Peering<LinkModel>((role, renew) => {
    const link = new LinkModel(role, renew);
    links.push(link);
    return link;
  });
  const apply = (event: RosterEvent, resumed = false) => peering.apply(event, ownPeerId, resumed);
  return { links, peering, apply };
}

type Side = ReturnType<typeof side>;

/** The states of the drawing, and how to get there. */
const STATES = {
  alone: () => {},
  "with a peer that is disconnected": ({ apply }: Side) => apply(joined(false)),
  "with a link that was not answered": ({ apply }: Side) => apply(joined()),
  "with a link": ({ apply, links }: Side) => {
    apply(joined());
    for (const link of links) link.isBound = true;
  },
} satisfies Record<string, (side: Side) => void>;

const EVENTS = {
  joined: ({ apply }: Side) => apply(joined()),
  reconnected: ({ apply }: Side) => apply(reconnected),
  disconnected: ({ apply }: Side) => apply(left("disconnected")),
  left: ({ apply }: Side) => apply(left("left")),
  "first offer": ({ peering }: Side) => peering.receive("peer_b", firstOffer),
  "offer to a session of ours": ({ peering }: Side) => peering.receive("peer_b", offerToUs),
  candidate: ({ peering }: Side) => peering.receive("peer_b", candidate),
  "signal of a stranger": ({ peering }: Side) => peering.receive("peer_c", firstOffer),
  "this side reconnected": ({ peering }: Side) => peering.reconnected(),
} satisfies Record<string, (side: Side) => void>;

/** What became of the links that there were, and whether a new one offers or waits. */
type Row = readonly string[];

const EXPECTED: { readonly [State in keyof typeof STATES]: { readonly [Event in keyof typeof EVENTS]: Row } } = {
  alone: {
    joined: ["new, waits"],
    reconnected: [],
    disconnected: [],
    left: [],
    "first offer": [],
    "offer to a session of ours": [],
    candidate: [],
    "signal of a stranger": [],
    "this side reconnected": [],
  },
  "with a peer that is disconnected": {
    joined: ["new, waits"],
    reconnected: ["new, offers"],
    disconnected: [],
    left: [],
    "first offer": ["new, waits", "offer"],
    "offer to a session of ours": [],
    candidate: [],
    "signal of a stranger": [],
    "this side reconnected": [],
  },
  "with a link that was not answered": {
    joined: ["close", "new, waits"],
    reconnected: ["close", "new, offers"],
    disconnected: [],
    left: ["close"],
    "first offer": ["offer"],
    "offer to a session of ours": ["offer"],
    candidate: ["candidate"],
    "signal of a stranger": [],
    "this side reconnected": ["repeat"],
  },
  "with a link": {
    joined: ["close", "new, waits"],
    reconnected: ["repeat"],
    disconnected: [],
    left: ["close"],
    "first offer": ["offer"],
    "offer to a session of ours": ["offer"],
    candidate: ["candidate"],
    "signal of a stranger": [],
    "this side reconnected": ["repeat"],
  },
};

const names = <Key extends string>(table: Readonly<Record<Key, unknown>>) => Object.keys(table) as Key[];

describe.each(names(STATES))("%s", (state) => {
  test.each(names(EVENTS))("%s", (event) => {
    const own = side();
    STATES[state](own);
    const before = own.links.length;
    EVENTS[event](own);
    const happened = own.links.flatMap(({ role, log }, index) =>
      index < before ? log : [`new, ${role.isInitiator ? "offers" : "waits"}`, ...log],
    );
    expect(happened).toEqual(EXPECTED[state][event]);
  });
});

test.each([
  ["the polite side waits", "peer_a", false, { isPolite: true, isInitiator: false }],
  ["the impolite side offers", "peer_c", false, { isPolite: false, isInitiator: true }],
  ["a page that took over offers", "peer_a", true, { isPolite: true, isInitiator: true }],
] as const)("%s first", (_, ownPeerId, resumed, role) => {
  const { links, apply } = side(ownPeerId);
  apply(joined(), resumed);
  expect(links[0]?.role).toEqual({ remotePeerId: "peer_b", ...role });
});

describe("a link that is over", () => {
  test("hands its signals to the next one, which waits", () => {
    const { links, apply } = side();
    apply(joined());
    links[0]?.renew([firstOffer, candidate]);
    expect(links[0]?.log).toEqual(["close"]);
    expect([links[1]?.role.isInitiator, links[1]?.log]).toEqual([false, ["offer", "candidate"]]);
  });

  test("without signals is followed by one that offers", () => {
    const { links, apply } = side();
    apply(joined());
    links[0]?.renew([]);
    expect(links[1]?.role.isInitiator).toBe(true);
  });

  test("receives no further signals", () => {
    const { links, peering, apply } = side();
    apply(joined());
    apply(left("expired"));
    peering.receive("peer_b", answer);
    peering.reconnected();
    expect([links[0]?.log, peering.link]).toEqual([["close"], undefined]);
  });
});

describe("a renewal", () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.spyOn(Math, "random").mockReturnValue(0.5);
  });

  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  test("comes after a delay that grows until media flows", () => {
    const { links, peering, apply } = side();
    apply(joined());
    for (const delayMs of [125, 250, 500]) {
      const before = links.length;
      peering.renew();
      peering.renew();
      vi.advanceTimersByTime(delayMs - 1);
      expect(links).toHaveLength(before);
      vi.advanceTimersByTime(1);
      expect(links).toHaveLength(before + 1);
      expect(links.at(-1)?.role.isInitiator).toBe(true);
    }
    peering.established();
    peering.renew();
    vi.advanceTimersByTime(125);
    expect(links).toHaveLength(5);
  });

  test("does not come when another link has started in the meantime", () => {
    const { links, peering, apply } = side();
    apply(joined());
    peering.renew();
    apply(reconnected);
    vi.advanceTimersByTime(60_000);
    expect(links).toHaveLength(2);
  });

  test("does not come when the peer has left, or this side is alone", () => {
    const { links, peering, apply } = side();
    peering.renew();
    apply(joined());
    peering.renew();
    apply(left("left"));
    vi.advanceTimersByTime(60_000);
    expect(links).toHaveLength(1);
  });
});
