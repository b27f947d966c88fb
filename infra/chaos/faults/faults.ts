import type { Fault } from "../run/stage.ts";
import { clients } from "./clients.ts";
import { dependencies } from "./dependencies.ts";
import { kills } from "./kills.ts";
import { nodes } from "./nodes.ts";
import { pressure } from "./pressure.ts";
import { restarts } from "./restarts.ts";
import { rooms } from "./rooms.ts";
import { twins } from "./twins.ts";

/** All faults, in the order in which they run. */
export const FAULTS: readonly Fault[] = [
  ...kills,
  ...dependencies,
  ...twins,
  ...restarts,
  ...clients,
  ...pressure,
  ...nodes,
  ...rooms,
];
