import type { Channel, MediaKind } from "../core/channels.ts";
import type { OutgoingMedia } from "./outgoing-media.ts";

const KINDS: readonly MediaKind[] = ["audio", "video"];

const ofKind = (peer: RTCPeerConnection, kind: MediaKind): RTCRtpTransceiver[] =>
  peer.getTransceivers().filter(({ receiver, direction }) => receiver.track.kind === kind && direction !== "stopped");

/** Adds what the page sends. By `addTrack`, since only such transceivers are matched to the m-lines of an incoming offer. */
export function addTracks(peer: RTCPeerConnection, channels: ReadonlySet<Channel>, media: OutgoingMedia): void {
  for (const kind of KINDS) {
    const track = channels.has(kind) ? media.outgoing(kind) : undefined;
    if (track) peer.addTrack(track, media.announced);
  }
}

/** Offers to receive the kinds that are not sent: a peer without a camera still sees the other one. */
export function expectKinds(peer: RTCPeerConnection, channels: ReadonlySet<Channel>): void {
  for (const kind of KINDS) {
    if (channels.has(kind) && ofKind(peer, kind).length === 0) peer.addTransceiver(kind, { direction: "recvonly" });
  }
}

/** Declines offered media that the page did not ask for, which would cost bandwidth. */
export function declineKinds(peer: RTCPeerConnection, channels: ReadonlySet<Channel>): void {
  for (const transceiver of peer.getTransceivers()) {
    if (!channels.has(transceiver.receiver.track.kind as MediaKind)) transceiver.direction = "inactive";
  }
}

/** Sends `track` in place of the present track of its kind. Negotiates only when sending starts or stops. */
export async function setTrack(
  peer: RTCPeerConnection,
  kind: MediaKind,
  track: MediaStreamTrack | null,
  announced: MediaStream,
): Promise<void> {
  const transceivers = ofKind(peer, kind);
  const transceiver = transceivers.find(({ sender }) => sender.track) ?? transceivers[0];
  if (!transceiver) {
    if (track) peer.addTrack(track, announced);
    return;
  }
  await transceiver.sender.replaceTrack(track);
  const receives = /recv/.test(transceiver.direction);
  const sends = track !== null;
  if (sends) transceiver.sender.setStreams(announced);
  transceiver.direction = sends ? (receives ? "sendrecv" : "sendonly") : receives ? "recvonly" : "inactive";
}
