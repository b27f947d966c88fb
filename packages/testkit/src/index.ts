export { launchBrowser } from "./browser.ts";
export { chromiumPath } from "./browser-program.ts";
export { type FakeClock, type FakedClocks, fakeClock } from "./fake-clock.ts";
export { type FaultProxy, faultProxy } from "./fault-proxy.ts";
export { launchFirefox } from "./firefox.ts";
export { type FreshDatabase, freshDatabase } from "./fresh-database.ts";
export { hasProgram } from "./machine/installed-program.ts";
export {
  type IsolatedNetwork,
  type IsolatedNetworks,
  isolatedNetworks,
  whyNoIsolatedNetworks,
} from "./machine/isolated-networks.ts";
export { reservePort } from "./machine/reserve-port.ts";
export { ownNats, ownNatsCluster, ownPgBouncer, ownPostgres, ownStandby } from "./own-servers.ts";
export { type OwnProcess, type ProcessOptions, startProcess } from "./process.ts";
export { RoundTripRecord } from "./round-trip-record.ts";
export type { OwnServer } from "./servers/own-server.ts";
export { type OwnService, startService } from "./service.ts";
export { freshSubjectPrefix, sharedNatsUrl, sharedPostgresUrl } from "./shared-servers.ts";
export { type AnyMessage, connectSocket, type TestSocket } from "./socket.ts";
export { ownTurnServer, type TurnCertificate, turnCertificate } from "./turn-server.ts";
export { type VirtualDisplay, virtualDisplay } from "./virtual-display.ts";
