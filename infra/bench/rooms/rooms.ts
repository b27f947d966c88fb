import { forming } from "./forming.ts";
import { forwarding } from "./forwarding.ts";
import { joining } from "./joining.ts";
import { packetLoss } from "./packet-loss.ts";
import { workerBin } from "./servers.ts";

/** The figures of rooms. */
export async function benchRooms(): Promise<void> {
  const worker = await workerBin();
  await forwarding(worker);
  await forming(worker);
  await joining(worker);
  await packetLoss(worker);
}
