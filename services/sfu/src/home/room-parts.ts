import type { RoomMedia } from "../media/room-media.ts";
import type { NodeContext } from "../node/context.ts";
import type { PendingResumes } from "./pending-resumes.ts";
import type { RoomSeats } from "./room-seats.ts";
import type { RoomState } from "./room-state.ts";

/** A room at its home: what it is, who may be in it, and what carries its media. */
export interface RoomParts {
  readonly node: NodeContext;
  readonly state: RoomState;
  readonly seats: RoomSeats;
  readonly media: RoomMedia;
  /** The peers of an earlier home that may still resume. */
  readonly pending: PendingResumes;
  readonly maxParticipants: number | null;
}
