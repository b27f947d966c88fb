import type { PeerId, RoomPeer } from "@radist-tech/protocol";
import type { Notification, Peer, Room } from "./room.ts";

/** The other peers of a room, as a peer is shown them. */
export function existingPeers(room: Room, for_: PeerId): RoomPeer[] {
  const shown: RoomPeer[] = [];
  for (const peer of room.peers.values()) if (peer.peerId !== for_) shown.push(shownTo(for_, peer));
  return shown;
}

function shownTo(viewer: PeerId, { peerId, participant, status, producers, dataProducers }: Peer): RoomPeer {
  const { identity, name, metadata } = participant;
  const channels = dataProducers
    .filter(({ targetPeerId }) => targetPeerId === undefined || targetPeerId === viewer)
    .map(({ targetPeerId: _target, ...info }) => info);
  return { peerId, identity, name, metadata, status, producers: [...producers], dataProducers: channels };
}

/** The keys that were announced before a peer joined. */
export function announcementsFor(room: Room, newcomer: PeerId): Notification[] {
  const notify: Notification[] = [];
  for (const { peerId, announcement } of room.peers.values()) {
    if (peerId === newcomer || !announcement) continue;
    notify.push({ to: [newcomer], message: { type: "e2ee-peer-announced", fromPeerId: peerId, ...announcement } });
  }
  return notify;
}
