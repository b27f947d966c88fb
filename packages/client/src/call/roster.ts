import type { CallSnapshot, P2PServerMessage, PeerLeftReason } from "@radist-tech/protocol";

type PeerId = CallSnapshot["peers"][number]["peerId"];

/** The other seat of the call, as last told. */
export type Remote = { readonly peerId: PeerId; readonly status: "connected" | "disconnected" } | undefined;

export type RosterEvent =
  | { readonly type: "joined"; readonly peerId: PeerId; readonly connected: boolean }
  | { readonly type: "reconnected"; readonly peerId: PeerId }
  | { readonly type: "left"; readonly peerId: PeerId; readonly reason: PeerLeftReason };

/** Who else is in the call, and what changed by a message. What was missed while away shows in the next snapshot. */
export function updateRemotePeer(
  before: Remote,
  message: P2PServerMessage,
  ownPeerId: string | undefined,
): { remote: Remote; events: RosterEvent[] } {
  if (!("call" in message)) return { remote: before, events: [] };
  const peer = message.call.peers.find(({ peerId }) => peerId !== ownPeerId);
  const remote: Remote = peer && { peerId: peer.peerId, status: peer.status };
  const events: RosterEvent[] = [];
  if (before && before.peerId !== remote?.peerId) {
    const told = message.type === "peer_left" && message.peerId === before.peerId ? message.reason : undefined;
    events.push({
      type: "left",
      peerId: before.peerId,
      reason: told ?? (before.status === "connected" ? "left" : "expired"),
    });
  }
  if (remote && before?.peerId !== remote.peerId) {
    events.push({ type: "joined", peerId: remote.peerId, connected: remote.status === "connected" });
  } else if (remote && before) {
    // A takeover is a reconnect without a disconnect before it.
    const takenOver = message.type === "peer_reconnected" && message.peerId === remote.peerId;
    if (remote.status === "connected" && (takenOver || before.status === "disconnected")) {
      events.push({ type: "reconnected", peerId: remote.peerId });
    } else if (remote.status === "disconnected" && before.status === "connected") {
      events.push({ type: "left", peerId: remote.peerId, reason: "disconnected" });
    }
  }
  return { remote, events };
}
