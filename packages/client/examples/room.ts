// An example of the README, which the types check. What the page around it has is declared here.
import type { RadistClient, RoomParticipant } from "@radist-tech/client";

declare const radist: RadistClient;
declare const roomToken: string;
declare const deviceId: string;
declare const peerId: string;
declare const ownVideo: HTMLVideoElement;
declare function addTile(trackId: string, peerId: string): HTMLMediaElement;
declare function removeTile(trackId: string): void;
declare function redraw(participant: RoomParticipant): void;
declare function highlight(peerId: string | undefined): void;
declare function goBack(reason: string): void;

// #region readme
const room = await radist.createRoomConnection({ roomToken }); // from your backend

room.on("localstream", (stream) => {
  ownVideo.srcObject = stream;
});
room.on("remotestream", (track) => room.attach(track, addTile(track.id, track.peerId)));
room.on("streamremoved", (track) => removeTile(track.id));
room.on("participantchanged", ({ participant }) => redraw(participant));
room.on("activespeaker", ({ peerId }) => highlight(peerId));
room.on("closed", ({ reason }) => goBack(reason));

await room.setMuted("microphone", true); // the others are notified
const screen = await room.publish({ source: "screen", options: { audio: true } });
await room.published.get("camera")?.replaceTrack(deviceId);
await room.send({ hand: "raised" }); // to everybody
await room.send("Only for you", { to: peerId });
await room.leave();
// #endregion
