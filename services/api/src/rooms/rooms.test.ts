import { inProcessBus } from "@radist-tech/bus";
import { rooms } from "@radist-tech/db";
import {
  CreatedRoom,
  type Metadata,
  newRoomId,
  RoomDetails as Room,
  type RoomDetails,
  RoomPage,
} from "@radist-tech/protocol";
import { RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import type { ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { placeParticipant } from "../testing/peers.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;

const see = async (project: ProjectClient, roomId: string): Promise<RoomDetails> =>
  Room.strict().parse((await project.ask("GET", `/rooms/${roomId}`)).body);

const nested = (levels: number): Metadata => {
  let value: Metadata = 1;
  for (let level = 0; level < levels; level++) value = [value];
  return value;
};

describe("POST …/rooms", () => {
  test("makes a room with two tokens unless it is told otherwise", async () => {
    const project = await client.project();
    const answer = await project.ask("POST", "/rooms");
    expect(answer.status).toBe(200);
    const { roomId, roomTokens } = CreatedRoom.strict().parse(answer.body);
    expect(new Set(roomTokens).size).toBe(2);
    expect(await see(project, roomId)).toEqual({
      roomId,
      createdAt: expect.any(String),
      tombstonedAt: null,
      maxParticipants: null,
      e2ee: "optional",
      metadata: null,
      idleSeconds: 3_600,
      participants: [],
    });
    const rows = await api.connection.db.query.roomTokens.findMany({
      where: (tokens, { eq }) => eq(tokens.roomId, roomId),
    });
    expect(rows.map((row) => row.expiresAt.getTime() - row.createdAt.getTime())).toEqual([600_000, 600_000]);
    for (const row of rows) expect(row).toMatchObject({ identity: null, canPublish: true, canSubscribe: true });
  });

  test("keeps the settings that it is given", async () => {
    const project = await client.project();
    const settings = {
      maxParticipants: 7,
      e2ee: "required" as const,
      metadata: { course: "Ünïts", nested: [1, null, { deep: true }], text: "null" },
      idleSeconds: 60,
    };
    const { roomId, roomTokens } = await project.room({ ...settings, tokens: 100 });
    expect(new Set(roomTokens).size).toBe(100);
    expect(await see(project, roomId)).toMatchObject(settings);
  });

  test.each([[null], ["text"], ["1"], [0], [false], [[]], [{}], ['{"a":1}'], [nested(64)]])(
    "metadata %j come back as they were",
    async (metadata) => {
      const project = await client.project();
      const { roomId } = await project.room({ metadata });
      expect((await see(project, roomId)).metadata).toEqual(metadata);
    },
  );

  test.each([
    [{ tokens: 0 }, "tokens"],
    [{ metadata: nested(65) }, "metadata"],
    [{ tokens: 101 }, "tokens"],
    [{ tokens: 1.5 }, "tokens"],
    [{ maxParticipants: 0 }, "maxParticipants"],
    [{ maxParticipants: "5" }, "maxParticipants"],
    [{ e2ee: "never" }, "e2ee"],
    [{ metadata: "x".repeat(16 * 1024) }, "metadata"],
    [{ metadata: "a\0b" }, "metadata"],
    [{ idleSeconds: 0 }, "idleSeconds"],
    [{ idleSeconds: 31 * 86_400 }, "idleSeconds"],
  ])("out of bounds %#: refused by the name of the field", async (json, field) => {
    const { status, body } = await (await client.project()).ask("POST", "/rooms", { json });
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: expect.stringMatching(`^Invalid request body: ${field}: `) });
  });
});

test("metadata with unlimited nesting are refused like metadata that are too large", async () => {
  const raw = `{"metadata":${"[".repeat(30_000)}${"]".repeat(30_000)}}`;
  const headers = { "content-type": "application/json" };
  const { status, body } = await (await client.project()).ask("POST", "/rooms", { raw, headers });
  expect(status).toBe(400);
  expect(body).toMatchObject({ error: expect.stringContaining("metadata: Must be JSON of at most 16 KiB") });
});

describe("GET …/rooms", () => {
  test("pages through the project's own rooms, newest first, each once", async () => {
    const [project, other] = [await client.project(), await client.project()];
    await other.room();
    const created: string[] = [];
    for (let i = 0; i < 5; i++) created.push((await project.room()).roomId);
    const page = async (query: string) => RoomPage.strict().parse((await project.ask("GET", `/rooms${query}`)).body);
    expect(await page("")).toMatchObject({ page: 1, limit: 20, total: 5 });
    const pages = [await page("?limit=2"), await page("?limit=2&page=2"), await page("?limit=2&page=3")];
    expect(pages.flatMap(({ rooms }) => rooms.map((room) => room.roomId))).toEqual(created.toReversed());
    expect(await page("?limit=2&page=4")).toEqual({ rooms: [], page: 4, limit: 2, total: 5 });
  });

  test("a wrong page or limit is refused", async () => {
    const project = await client.project();
    expectError(await project.ask("GET", "/rooms?page=0"), 400, "Invalid page query parameter.", "invalid_page");
    expectError(await project.ask("GET", "/rooms?limit=101"), 400, "Invalid limit query parameter.", "invalid_limit");
  });
});

describe("GET …/rooms/:roomId", () => {
  test("shows the participants that hold its seats, in the order in which they joined", async () => {
    const project = await client.project();
    const { roomId } = await project.room();
    const known = { identity: "user-1", name: "Ann", metadata: { seat: 3 } };
    const first = await placeParticipant(api.connection, roomId, { ...known, canPublish: false });
    const status = "disconnected" as const;
    const second = await placeParticipant(api.connection, roomId, { status, expiresAt: new Date(Date.now() + 9_000) });
    const { participants } = await see(project, roomId);
    const rights = { canPublish: true, canSubscribe: true };
    expect(participants).toEqual([
      { peerId: first, status: "connected", joinedAt: expect.any(String), ...known, ...rights, canPublish: false },
      { peerId: second, status, joinedAt: expect.any(String), ...rights },
    ]);
  });
});

/** What is announced to the sfu nodes while `work` runs, before the project is deleted in the end. */
async function told(project: ProjectClient, work: () => Promise<unknown>): Promise<RoomControl[]> {
  const heard: RoomControl[] = [];
  const done = Promise.withResolvers<void>();
  const decoder = new TextDecoder();
  await using _listening = await api.bus.subscribe(SFU_SUBJECTS.control, (data) => {
    const control = RoomControl.parse(JSON.parse(decoder.decode(data)));
    if (control.type === "project_deleted" && control.projectId === project.projectId) done.resolve();
    else heard.push(control);
  });
  await work();
  // Announcements arrive in order: after this one, all before it have arrived.
  await client.asAdmin("DELETE", `/projects/${project.projectId}`);
  await done.promise;
  return heard;
}

describe("DELETE …/rooms/:roomId", () => {
  test("ends the room once and announces it once; it has no participants any more", async () => {
    const project = await client.project();
    const { roomId } = await project.room();
    await placeParticipant(api.connection, roomId);
    const heard = await told(project, async () => {
      expect(await project.ask("DELETE", `/rooms/${roomId}`)).toMatchObject({ status: 204, body: "" });
      const ended = await see(project, roomId);
      expect(ended).toMatchObject({ tombstonedAt: expect.any(String), participants: [] });
      expect((await project.ask("DELETE", `/rooms/${roomId}`)).status).toBe(204);
      expect(await see(project, roomId)).toEqual(ended);
    });
    expect(heard).toEqual([{ type: "room_ended", roomId }]);
  });

  test("ends the room when the bus is away as well", async () => {
    const project = await client.project();
    const { roomId } = await project.room();
    const bus = inProcessBus();
    await bus.close();
    await using deaf = await startApi({ databaseUrl: api.databaseUrl, bus });
    const path = `/projects/${project.projectId}/rooms/${roomId}`;
    expect((await deaf.client.ask("DELETE", path, { bearer: project.secretKey })).status).toBe(204);
    expect((await see(project, roomId)).tombstonedAt).not.toBeNull();
    expect(deaf.logs()).toContain(roomId);
  });

  test("deleting a project ends its rooms", async () => {
    const project = await client.project();
    const { roomId } = await project.room();
    await client.asAdmin("DELETE", `/projects/${project.projectId}`);
    const [row] = await api.connection.db.select().from(rooms).where(eq(rooms.id, roomId));
    expect(row).toMatchObject({ tombstonedAt: expect.any(Date), tombstoneReason: "terminated" });
  });
});

describe("a room that is not there", () => {
  const REQUESTS = [
    ["GET", ""],
    ["DELETE", ""],
    ["POST", "/tokens"],
    ["DELETE", "/participants/peer_a1"],
  ] as const;

  test.each(["nonsense", "%00", "..%2f", newRoomId()])("%s is not found", async (roomId) => {
    const project = await client.project();
    for (const [method, path] of REQUESTS) {
      expectError(await project.ask(method, `/rooms/${roomId}${path}`), 404, "Room not found.", "room_not_found");
    }
  });

  test("a room of another project is not found, and stays open", async () => {
    const [mine, theirs] = [await client.project(), await client.project()];
    const { roomId } = await theirs.room();
    for (const [method, path] of REQUESTS) {
      expectError(await mine.ask(method, `/rooms/${roomId}${path}`), 404, "Room not found.", "room_not_found");
    }
    expect(await see(theirs, roomId)).toMatchObject({ tombstonedAt: null });
  });
});
