export { launchBrowser } from "./browser.ts";
export { type FreshDatabase, freshDatabase } from "./fresh-database.ts";
export { reservePort } from "./machine/reserve-port.ts";
export { ownNats, ownPostgres } from "./own-servers.ts";
export { type OwnProcess, type ProcessOptions, startProcess } from "./process.ts";
export type { OwnServer } from "./servers/own-server.ts";
export { type OwnService, startService } from "./service.ts";
export { freshSubjectPrefix, sharedNatsUrl, sharedPostgresUrl } from "./shared-servers.ts";
export { type AnyMessage, connectSocket, type TestSocket } from "./socket.ts";
