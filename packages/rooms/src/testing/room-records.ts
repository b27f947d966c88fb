import type { Epoch, NodeId, PeerId, ProjectId, RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import type { RoomFact, RoomRecord, Seat } from "../seats/record.ts";

export const ALICE = "peer_Alice" as PeerId;
export const BOB = "peer_Bob" as PeerId;
export const CAROL = "peer_Carol" as PeerId;
export const DAVE = "peer_Dave" as PeerId;

export const PROJECT = "c56a4180-65aa-42ec-a945-5fd21dec0538" as ProjectId;
export const OTHER_PROJECT = "16fd2706-8baf-433b-82eb-8c7fada847da" as ProjectId;
export const HERE = { nodeId: "node_here" as NodeId, nodeEpoch: 7 };
export const THERE = { nodeId: "node_there" as NodeId, nodeEpoch: 3 };
export const EPOCH = 4 as Epoch;

export const digestOf = (text: string): Uint8Array => new TextEncoder().encode(text);

export const seat = (peerId: PeerId, more: Partial<Seat> = {}): Seat => ({
  peerId,
  participant: { canPublish: true, canSubscribe: true },
  status: "connected",
  windowMs: null,
  unconfirmedMs: null,
  resume: { current: digestOf(`${peerId} current`), fresh: digestOf(`${peerId} fresh`) },
  ...more,
});

/** One whose socket was lost; its window is over when `windowMs` is negative. */
export const lost = (peerId: PeerId, windowMs = 20_000): Seat => seat(peerId, { status: "disconnected", windowMs });

/** One that leaves with its socket. */
export const plain = (peerId: PeerId): Seat => seat(peerId, { resume: null });

export function roomOf(seats: readonly Seat[], more: Partial<RoomRecord> = {}): RoomRecord {
  return {
    roomId: "7c9e6679-7425-40de-944b-e07fc1f90ae7" as RoomId,
    projectId: PROJECT,
    maxParticipants: 3,
    e2ee: "optional",
    ended: null,
    home: HERE,
    homeEpoch: EPOCH,
    held: seats.length,
    connected: seats.filter(({ status }) => status === "connected").length,
    seats: new Map(seats.map((each) => [each.peerId, each])),
    tracks: [],
    ...more,
  };
}

const initial = (peerId: string): string => peerId.charAt("peer_".length);

/** `A+ B~? here#4`: Alice connected, Bob disconnected and unconfirmed, at home on a node under its claim; an end is named last. */
export function describeRecord({ seats, home, homeEpoch, ended }: RoomRecord): string {
  const peers = [...seats.values()].map(
    ({ peerId, status, unconfirmedMs }) =>
      `${initial(peerId)}${status === "connected" ? "+" : "~"}${unconfirmedMs === null ? "" : "?"}`,
  );
  const at = `${home?.nodeId.replace("node_", "") ?? "nowhere"}#${homeEpoch}`;
  return [...peers, at, ...(ended ? [ended] : [])].join(" ");
}

/** `left A kicked` */
export function describeFact({ type, data }: RoomFact): string {
  const what = type.replace(/^room\.(participant_|track_)?/, "");
  const { peerId, producerId, reason } = data as Partial<Record<"peerId" | "producerId" | "reason", string>>;
  return [
    what,
    ...(peerId ? [initial(peerId)] : []),
    ...(producerId ? [producerId] : []),
    ...(reason ? [reason] : []),
  ].join(" ");
}

export const describeControl = ({ type }: RoomControl): string => `!${type}`;
