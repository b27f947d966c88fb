import type { PeerId, PeerLeftReason } from "@radist-tech/protocol";

/** What happened to a peer, as the other one hears it; together with a snapshot it becomes a message. */
export type PeerEvent =
  | { readonly type: "peer_joined" | "peer_reconnected"; readonly peerId: PeerId }
  | { readonly type: "peer_left"; readonly peerId: PeerId; readonly reason: PeerLeftReason };
