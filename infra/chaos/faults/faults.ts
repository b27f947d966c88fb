import type { Fault } from "../run/stage.ts";
import { dependencies } from "./dependencies.ts";
import { kills } from "./kills.ts";

/** All faults, in the order in which they run. */
export const FAULTS: readonly Fault[] = [...kills, ...dependencies];
