import type { Violation } from "../history/history.ts";
import type { Load } from "../load/load.ts";
import type { Plane } from "../platform/nodes.ts";
import type { Platform, PlatformOptions } from "../platform/platform.ts";
import type { Random } from "./random.ts";

/** What a fault has at hand, while the load goes on. */
export interface Stage {
  readonly platform: Platform;
  readonly load: Load;
  readonly random: Random;
  /** Lets the fault last, or the load go on, for this share of the time that one fault is given. */
  readonly last: (share?: number) => Promise<void>;
  /** Waits for so many seconds, where the fault itself says how long it lasts. */
  readonly wait: (seconds: number) => Promise<void>;
  /** Says what is being done. */
  readonly say: (what: string) => void;
  /** Resolves when this holds; after a minute it is a violation. */
  readonly until: (what: string, holds: () => boolean | Promise<boolean>) => Promise<void>;
  readonly violate: (violation: Violation) => void;
  /** A figure for the table. */
  readonly count: (what: string, figure: number) => void;
}

/** Something that breaks in the field. */
export interface Fault {
  readonly name: string;
  /** For `--list`. */
  readonly what: string;
  /** What it needs beyond the usual platform. */
  readonly platform?: PlatformOptions;
  /** How many calls go on; default: as the run says. */
  readonly pairs?: number;
  /** How long a caller pauses between two signals, milliseconds; default 100 to 400. */
  readonly pauses?: readonly [number, number];
  /** The planes whose nodes have to say that they are not ready meanwhile. */
  readonly unready?: readonly Plane[];
  /** Breaks something, and repairs only what a supervisor or an operator repairs. */
  run(stage: Stage): Promise<void>;
}
