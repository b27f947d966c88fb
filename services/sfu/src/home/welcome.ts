import type { IceServer, RoomServerMessage } from "@radist-tech/protocol";
import { canRed, existingPeers, type Room } from "@radist-tech/rooms";
import { ACCEPTS } from "@radist-tech/sockets";
import type { PeerMedia } from "../media/peer-media.ts";
import { outside, withoutRed } from "../media/red.ts";
import type { LivePeer } from "./live-peer.ts";

interface Circumstances {
  readonly room: Room;
  readonly peer: LivePeer;
  readonly media: PeerMedia;
  readonly iceServers: IceServer[];
}

/** What a peer gets when it has new transports. */
export function roomJoined(
  { room, peer, media, iceServers }: Circumstances,
  more: { readonly maxParticipants: number | null; readonly isMigrated: boolean },
): RoomServerMessage {
  const { peerId, resumeToken } = peer;
  const { roomId, e2ee } = room;
  const participant = room.peers.get(peerId)?.participant;
  const { codecs = [], ...offered } = media.site.rtpCapabilities;
  return {
    type: "room-joined",
    roomId,
    peerId,
    sendTransport: media.parametersOf(media.send),
    recvTransport: media.parametersOf(media.recv),
    existingPeers: existingPeers(room, peerId),
    routerRtpCapabilities: { ...offered, codecs: canRed(room, peerId) ? outside(codecs) : withoutRed(codecs) },
    resumeToken,
    iceServers,
    accepts: ACCEPTS,
    maxParticipants: more.maxParticipants,
    e2ee,
    canPublish: participant?.canPublish,
    canSubscribe: participant?.canSubscribe,
    ...(more.isMigrated && { migrated: true }),
  };
}

/** What a peer gets whose transports, and all that goes through them, are still there. */
export function roomResumed({ room, peer, media, iceServers }: Circumstances): RoomServerMessage {
  const { peerId, resumeToken } = peer;
  const { producers = [], dataProducers = [] } = room.peers.get(peerId) ?? {};
  return {
    type: "room-resumed",
    roomId: room.roomId,
    peerId,
    existingPeers: existingPeers(room, peerId),
    producers: [...producers],
    consumers: [...media.consumers].map(([consumerId, { producerId, isPaused }]) => ({
      consumerId,
      producerId,
      paused: isPaused,
    })),
    dataProducers: dataProducers.map(({ targetPeerId: _target, ...info }) => info),
    dataConsumers: [...media.dataConsumers].map(([dataConsumerId, { dataProducerId }]) => ({
      dataConsumerId,
      dataProducerId,
    })),
    resumeToken,
    iceServers,
    accepts: ACCEPTS,
  };
}
