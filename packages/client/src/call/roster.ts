import type { CallSnapshot, P2PServerMessage, PeerLeftReason } from "@radist-tech/protocol";

type PeerId = CallSnapshot["peers"][number]["peerId"];

/** The other peer of the call, as last reported. */
export type RemotePeer = { readonly peerId: PeerId; readonly status: "connected" | "disconnected" } | undefined;

export type RosterEvent =
  | { readonly type: "joined"; readonly peerId: PeerId; readonly connected: boolean }
  | { readonly type: "reconnected"; readonly peerId: PeerId }
  | { readonly type: "left"; readonly peerId: PeerId; readonly reason: PeerLeftReason };

/** The other peer after a message, and what has changed. What was missed during an outage shows in the next snapshot. */
export function updateRemotePeer(
  before: RemotePeer,
  message: P2PServerMessage,
  ownPeerId: string | undefined,
): { remote: RemotePeer; events: RosterEvent[] } {
  if (!("call" in message)) return { remote: before, events: [] };
  const peer = message.call.peers.find(({ peerId }) => peerId !== ownPeerId);
  const remote: RemotePeer = peer && { peerId: peer.peerId, status: peer.status };
  const events: RosterEvent[] = [];
  if (before && before.peerId !== remote?.peerId) {
    const leftReason = message.type === "peer_left" && message.peerId === before.peerId ? message.reason : undefined;
    events.push({
      type: "left",
      peerId: before.peerId,
      reason: leftReason ?? (before.status === "connected" ? "left" : "expired"),
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
