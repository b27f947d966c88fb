/**
 * What of a call works without a browser: its socket, and who is in it. For programs of this repository that put the
 * platform under load with the SDK's own behaviour; not published.
 */
export { type RemotePeer, type RosterEvent, updateRemotePeer } from "./call/roster.ts";
export { SignalingSocket } from "./call/signaling-socket.ts";
export type { Ending } from "./call/types.ts";
export { socketUrl } from "./call/urls.ts";
export type { RadistError } from "./core/errors.ts";
