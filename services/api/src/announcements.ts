import type { Bus } from "@radist-tech/bus";
import { type Control, type RoomControl, SFU_SUBJECTS, SUBJECTS } from "@radist-tech/protocol/bus";
import type { Logger } from "@radist-tech/runtime";

/**
 * Tells the nodes of a plane what the API changed. Never fails: the change is in the database, where nodes find it if the
 * bus is away.
 */
export interface Announcements {
  /** To the signaling nodes, which hold calls. */
  tellCalls(control: Control): void;
  /** To the sfu nodes, which hold rooms. */
  tellRooms(control: RoomControl): void;
}

export function announceOn(bus: Bus, logger: Logger): Announcements {
  const encoder = new TextEncoder();
  const publish = (subject: string, control: Control | RoomControl): void => {
    try {
      bus.publish(subject, encoder.encode(JSON.stringify(control)));
    } catch (error) {
      logger.warn({ err: error, control }, "the bus could not announce a change; nodes will find it in the database");
    }
  };
  return {
    tellCalls: (control) => publish(SUBJECTS.control, control),
    tellRooms: (control) => publish(SFU_SUBJECTS.control, control),
  };
}
