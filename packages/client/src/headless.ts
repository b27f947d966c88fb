/**
 * What of calls and rooms works without a browser: their sockets, and who is in them. For programs of this repository that put the
 * platform under load with the SDK's own behaviour; not published.
 */
export { type RemotePeer, type RosterEvent, updateRemotePeer } from "./call/roster.ts";
export { SignalingSocket } from "./call/signaling-socket.ts";
export type { Ending } from "./call/types.ts";
export { socketUrl } from "./call/urls.ts";
export type { RadistError } from "./core/errors.ts";
export { type RoomRoster, updateRoster } from "./room/roster.ts";
export { RoomSocket } from "./room/signaling/room-socket.ts";
