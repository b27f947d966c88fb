import { end } from "./end.ts";
import type { SeatEvent, SeatStep } from "./event.ts";
import { claim, orphan, release } from "./home.ts";
import { confirm, disconnect, expire, join, kick, leave, rejoin, resume } from "./peers.ts";
import type { RoomRecord } from "./record.ts";

/*
 * A room as the database knows it: whether it is open, which node is its home, and who holds a seat.
 *
 *   seat   (none) ──join──▶ connected ──disconnect──▶ disconnected ──resume──▶ connected
 *             ▲                 │ leave, kick, end         │ leave, kick, expire, end
 *             └─────────────────┴──────────────────────────┘
 *   home   nobody ──claim──▶ a node ──release, orphan──▶ nobody      (a claim may also follow a home that died)
 *   room   open ──end──▶ ended, for good
 *
 * A seat is unconfirmed from the join until its client is known to have heard of it (confirm, resume). Until then the join
 * can be repeated (rejoin), and in a full room another one can take the seat: at once while it is disconnected, else after
 * CONFIRM_MS.
 *
 * A join may also free seats: those of its own identity, where its token says so.
 *
 * Every seat that is freed makes one `participant_left` true, whoever frees it.
 */

/** Advances a room. */
export function stepSeats(room: RoomRecord, event: SeatEvent): SeatStep {
  if ("under" in event && event.under !== room.homeEpoch) return { outcome: "fenced" };
  switch (event.type) {
    case "join":
      return join(room, event);
    case "rejoin":
      return rejoin(room, event);
    case "confirm":
      return confirm(room, event);
    case "resume":
      return resume(room, event);
    case "disconnect":
      return disconnect(room, event);
    case "leave":
      return leave(room, event);
    case "kick":
      return kick(room, event);
    case "expire":
      return expire(room, event);
    case "claim":
      return claim(room, event);
    case "release":
      return release(room, event);
    case "orphan":
      return orphan(room, event);
    case "end":
      return end(room, event);
  }
}
