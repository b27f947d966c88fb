export { socketConfig } from "./config.ts";
export { Entrance } from "./entrance.ts";
export { Intake } from "./intake.ts";
export { Keepalive } from "./keepalive.ts";
export { messageReader } from "./message.ts";
export { PeerSocket } from "./peer-socket.ts";
export { readQuery } from "./read-query.ts";
