import { CreateRoom, MintRoomToken, type ProjectId, Refusal, type RoomId } from "@radist-tech/protocol";
import type { RoomControl } from "@radist-tech/protocol/bus";
import { createRoom, endRoom, findRoom, kickParticipant, listRooms, mintRoomToken } from "@radist-tech/rooms";
import { pageOf, summaryOf } from "../http/paging.ts";
import { once } from "../idempotency/once.ts";
import type { ApiApp, ApiParts } from "../parts.ts";
import { assertBelowLimit } from "../projects/connection-limit.ts";
import * as contract from "./contract.ts";

export function serveRooms(app: ApiApp, parts: ApiParts): void {
  const { connection, reports, auth, metrics, announcements, logger, settings } = parts;

  /** After the database, which is what counts. */
  const announce = (controls: readonly RoomControl[]): void => {
    for (const control of controls) announcements.tellRooms(control);
  };

  /** A room whose creator has given up must not count towards the project's limit. */
  const abandon = (projectId: ProjectId, roomId: RoomId): void => {
    endRoom(connection, { projectId, roomId }).then(announce, (error: unknown) =>
      logger.warn({ err: error, projectId, roomId }, "a room was created too late and stays until it is idle"),
    );
  };

  app.openapi({ ...contract.createRoomRoute, middleware: auth.secretKey }, async (context) => {
    const { project } = context.get("caller");
    // The router gives a request without a body an empty object, without the schema's defaults.
    const room = CreateRoom.parse(context.req.valid("json"));
    const { answer, isReplay } = await once(
      context,
      connection,
      async (tx) => {
        await assertBelowLimit(tx, project);
        return createRoom(tx, { projectId: project.id, room, ttlSeconds: settings.TOKEN_TTL_SECONDS });
      },
      ({ roomId }) => abandon(project.id, roomId),
    );
    if (!isReplay) metrics.roomsCreated.inc();
    return context.json(answer, 200);
  });

  app.openapi({ ...contract.listRoomsRoute, middleware: auth.secretKey }, async (context) => {
    const { id } = context.get("caller").project;
    const { cursor: after, ...asked } = context.req.valid("query");
    const page = await reports.read(id, context.req.raw.signal, (read) => listRooms(read, id, { ...asked, after }));
    const rooms = page.rows.map((row) => ({ roomId: row.id as RoomId, ...summaryOf(row) }));
    return context.json({ rooms, ...pageOf(asked, page) }, 200);
  });

  app.openapi({ ...contract.getRoomRoute, middleware: auth.secretKey }, async (context) => {
    const room = await findRoom(connection, context.get("caller").project.id, context.req.valid("param").roomId);
    if (!room) throw new Refusal("room_not_found");
    return context.json(room, 200);
  });

  app.openapi({ ...contract.endRoomRoute, middleware: auth.secretKey }, async (context) => {
    const { roomId } = context.req.valid("param");
    announce(await endRoom(connection, { projectId: context.get("caller").project.id, roomId }));
    return context.body(null, 204);
  });

  app.openapi({ ...contract.mintRoomTokenRoute, middleware: auth.secretKey }, async (context) => {
    const room = { projectId: context.get("caller").project.id, roomId: context.req.valid("param").roomId };
    const { ttlSeconds = settings.TOKEN_TTL_SECONDS, ...token } = MintRoomToken.parse(context.req.valid("json"));
    const outcome = await once(context, connection, (tx) => mintRoomToken(tx, { ...room, ...token, ttlSeconds }));
    if (!outcome.isReplay) metrics.roomTokensMinted.inc();
    return context.json(outcome.answer, 200);
  });

  app.openapi({ ...contract.kickParticipantRoute, middleware: auth.secretKey }, async (context) => {
    const { roomId, peerId } = context.req.valid("param");
    announce(await kickParticipant(connection, { projectId: context.get("caller").project.id, roomId, peerId }));
    return context.body(null, 204);
  });
}
