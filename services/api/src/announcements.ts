import type { Bus } from "@radist-tech/bus";
import { type Control, SUBJECTS } from "@radist-tech/protocol";
import type { Logger } from "@radist-tech/runtime";

/** Tells the signaling nodes what ended here. */
export interface Announcements {
  /** Never fails: what ended stands in the database, where nodes find it when the bus could not tell them. */
  publish(control: Control): void;
}

export function announceOn(bus: Bus, logger: Logger): Announcements {
  const encoder = new TextEncoder();
  return {
    publish(control) {
      try {
        bus.publish(SUBJECTS.control, encoder.encode(JSON.stringify(control)));
      } catch (error) {
        logger.warn({ err: error, control }, "the bus could not announce an end; nodes will find it in the database");
      }
    },
  };
}
