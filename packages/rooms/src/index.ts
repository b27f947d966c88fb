export { roomChores } from "./chores.ts";
export {
  type ConnectedSeat,
  findConnectedSeats,
  findHomesOf,
  findLostClaims,
  findSeated,
  findStandingHomes,
  nameOfClaim,
} from "./compare.ts";
export { confirmSeat } from "./confirm.ts";
export { createRoom, type NewRoom } from "./create.ts";
export { digest } from "./digest.ts";
export { keepSeat } from "./disconnect.ts";
export { endRoom, endSomeRooms } from "./end.ts";
export { deleteExpiredRoomTokens } from "./expired-tokens.ts";
export { findHomeByResumeToken, findHomeByToken, isUnanswered } from "./home-lookup.ts";
export {
  type ClaimedRoom,
  claimHome,
  type HomeClaim,
  type HomeLocation,
  type PendingResume,
  type PresentPeer,
  releaseHome,
} from "./homes.ts";
export { type Admitted, type Evicted, type Joined, takeSeat } from "./join.ts";
export { kickParticipant } from "./kick.ts";
export { freeSeat } from "./leave.ts";
export { listRooms } from "./list.ts";
export { findRoom } from "./read.ts";
export { resumeSeat } from "./resume.ts";
export { deleteOldRooms } from "./retention.ts";
export * from "./room.ts";
export { type RoomCredentials, screenCredentials } from "./screening.ts";
export type { LeftReason, TrackFact } from "./seats/record.ts";
export * from "./snapshot.ts";
export { Fenced } from "./store/fenced.ts";
export { mintRoomToken } from "./tokens.ts";
export { recordTrackFacts, type TrackFacts } from "./tracks.ts";
