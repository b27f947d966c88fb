import { createRoute } from "@hono/zod-openapi";
import {
  CreatedRoom,
  CreateRoom,
  MintedRoomToken,
  MintRoomToken,
  PeerId,
  ProjectId,
  RoomDetails,
  RoomId,
  RoomPage,
} from "@radist-tech/protocol";
import { z } from "zod";
import { BODY_REFUSALS, IDEMPOTENCY_REFUSALS, refuses, SECRET_KEY_REFUSALS } from "../docs/refusals.ts";
import { answers, SECURITY, takes } from "../docs/route-parts.ts";
import { PageQuery } from "../http/paging.ts";
import { IdempotencyHeader } from "../idempotency/header.ts";

const ofProject = z.object({ projectId: ProjectId });
const ofRoom = z.object({ projectId: ProjectId, roomId: RoomId });
const ofParticipant = z.object({ projectId: ProjectId, roomId: RoomId, peerId: PeerId });
const roomRoute = { tags: ["Rooms"], security: SECURITY.secretKey };

export const createRoomRoute = createRoute({
  ...roomRoute,
  method: "post",
  path: "/api/v1/projects/{projectId}/rooms",
  operationId: "createRoom",
  summary: "Create a room with tokens for its first participants",
  request: { params: ofProject, headers: IdempotencyHeader, body: takes(CreateRoom, false) },
  responses: {
    200: answers("The room.", CreatedRoom),
    ...refuses(...SECRET_KEY_REFUSALS, ...BODY_REFUSALS, ...IDEMPOTENCY_REFUSALS, "connection_limit"),
  },
});

export const listRoomsRoute = createRoute({
  ...roomRoute,
  method: "get",
  path: "/api/v1/projects/{projectId}/rooms",
  operationId: "listRooms",
  summary: "List rooms, newest first",
  request: { params: ofProject, query: PageQuery },
  responses: {
    200: answers("A page of rooms.", RoomPage),
    ...refuses(...SECRET_KEY_REFUSALS, "invalid_page", "invalid_limit", "invalid_cursor", "too_many_reports"),
  },
});

export const getRoomRoute = createRoute({
  ...roomRoute,
  method: "get",
  path: "/api/v1/projects/{projectId}/rooms/{roomId}",
  operationId: "getRoom",
  summary: "See a room and its live participants",
  request: { params: ofRoom },
  responses: { 200: answers("The room.", RoomDetails), ...refuses(...SECRET_KEY_REFUSALS, "room_not_found") },
});

export const endRoomRoute = createRoute({
  ...roomRoute,
  method: "delete",
  path: "/api/v1/projects/{projectId}/rooms/{roomId}",
  operationId: "endRoom",
  summary: "Terminate a room",
  description: "Sockets get the error room_terminated and close with 4410. Ending an ended room changes nothing.",
  request: { params: ofRoom },
  responses: { 204: { description: "The room has ended." }, ...refuses(...SECRET_KEY_REFUSALS, "room_not_found") },
});

export const mintRoomTokenRoute = createRoute({
  ...roomRoute,
  method: "post",
  path: "/api/v1/projects/{projectId}/rooms/{roomId}/tokens",
  operationId: "mintRoomToken",
  summary: "Mint a token for one participant",
  description:
    "It carries the participant's identity and permissions. Whether there is a seat is decided when it joins. With duplicateIdentity: replace, the participants that have the identity then get the error superseded and close with 4409; by default they stay.",
  request: { params: ofRoom, headers: IdempotencyHeader, body: takes(MintRoomToken, false) },
  responses: {
    200: answers("The token.", MintedRoomToken),
    ...refuses(
      ...SECRET_KEY_REFUSALS,
      ...BODY_REFUSALS,
      ...IDEMPOTENCY_REFUSALS,
      ...(["room_not_found", "room_terminated", "too_many_tokens"] as const),
    ),
  },
});

export const kickParticipantRoute = createRoute({
  ...roomRoute,
  method: "delete",
  path: "/api/v1/projects/{projectId}/rooms/{roomId}/participants/{peerId}",
  operationId: "kickParticipant",
  summary: "Remove a participant from a room",
  description:
    "All sockets of its identity get the error kicked and close with 4403. They cannot resume, and unused tokens of the identity are void; the backend may mint another one.",
  request: { params: ofParticipant },
  responses: {
    204: { description: "The participant is removed." },
    ...refuses(...SECRET_KEY_REFUSALS, "room_not_found", "participant_not_found"),
  },
});
