// An example of the README, which the types check. What the page around it has is declared here.
import type { RadistClient } from "@radist-tech/client";

declare const radist: RadistClient;
declare const roomToken: string;
declare function addTile(trackId: string, peerId: string): HTMLMediaElement;
declare function removeTile(trackId: string): void;
declare function highlight(peerId: string | undefined): void;

// #region readme
const room = await radist.createRoomConnection({ roomToken, channels: ["audio", "video", "data"] }); // the browser
room.on("remotestream", (track) => room.attach(track, addTile(track.id, track.peerId)));
room.on("streamremoved", (track) => removeTile(track.id));
room.on("activespeaker", ({ peerId }) => highlight(peerId));
// #endregion
