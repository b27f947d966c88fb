import { createHash } from "node:crypto";
import { roomTokens } from "@radist-tech/db";
import { MintedRoomToken } from "@radist-tech/protocol";
import { eq, sql } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi({ settings: { TOKEN_TTL_SECONDS: 90 } });
afterAll(() => api[Symbol.asyncDispose]());
const project = await api.client.project();
const { roomId } = await project.room({ maxParticipants: 1 });

const mint = (json?: unknown) => project.ask("POST", `/rooms/${roomId}/tokens`, { json });
const storedOf = async (answer: { body: unknown }) => {
  const { roomToken } = MintedRoomToken.strict().parse(answer.body);
  const hash = createHash("sha256").update(roomToken).digest();
  const [row] = await api.connection.db.select().from(roomTokens).where(eq(roomTokens.hash, hash));
  return row && { ...row, lifetimeMs: row.expiresAt.getTime() - row.createdAt.getTime() };
};

describe("POST …/rooms/:roomId/tokens", () => {
  test("without a body: for a participant with all permissions, for the platform's default time", async () => {
    for (const answer of [await mint(), await mint({}), await mint({ participant: {} })]) {
      expect(await storedOf(answer)).toMatchObject({
        roomId,
        identity: null,
        name: null,
        metadata: null,
        canPublish: true,
        canSubscribe: true,
        duplicateIdentity: "allow",
        usedAt: null,
        lifetimeMs: 90_000,
      });
    }
  });

  test("carries the participant's identity and permissions", async () => {
    const participant = {
      identity: "user-1",
      name: "Ann",
      metadata: { seat: 3 },
      canPublish: false,
      canSubscribe: true,
    };
    const answer = await mint({ ttlSeconds: 5, participant });
    expect(await storedOf(answer)).toMatchObject({ ...participant, lifetimeMs: 5_000 });
  });

  test("says what becomes of participants with the same identity", async () => {
    const answer = await mint({ participant: { identity: "user-1" }, duplicateIdentity: "replace" });
    expect(await storedOf(answer)).toMatchObject({ identity: "user-1", duplicateIdentity: "replace" });
  });

  test("can be minted for a full room, which then refuses the socket", async () => {
    const answers = await Promise.all([mint(), mint(), mint()]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test.each([
    [{ ttlSeconds: 0 }, "ttlSeconds"],
    [{ ttlSeconds: 86_401 }, "ttlSeconds"],
    [{ participant: { identity: "" } }, "participant.identity"],
    [{ participant: { identity: "x".repeat(129) } }, "participant.identity"],
    [{ participant: { name: " " } }, "participant.name"],
    [{ participant: { metadata: "x".repeat(16 * 1024) } }, "participant.metadata"],
    [{ participant: { canPublish: "yes" } }, "participant.canPublish"],
    [{ participant: [] }, "participant"],
    [{ participant: { identity: "user-1" }, duplicateIdentity: "kick" }, "duplicateIdentity"],
    [{ participant: { name: "Ann" }, duplicateIdentity: "replace" }, "participant.identity"],
    [{ duplicateIdentity: "replace" }, "participant.identity"],
    [{ participant: { identity: "user-1", duplicateIdentity: "replace" } }, "participant"],
  ])("out of bounds %#: refused by the name of the field", async (json, field) => {
    const { status, body } = await mint(json);
    expect(status).toBe(400);
    expect(body).toMatchObject({ error: expect.stringMatching(`^Invalid request body: ${field}: `) });
  });

  test("is refused for an ended room", async () => {
    const ended = await project.room();
    await project.ask("DELETE", `/rooms/${ended.roomId}`);
    const answer = await project.ask("POST", `/rooms/${ended.roomId}/tokens`);
    expectError(answer, 410, "Room has been terminated.", "room_terminated");
  });
});

test("a room has at most 10,000 unused tokens, however many are minted at once", async () => {
  const project = await api.client.project();
  const { roomId } = await project.room({ tokens: 10 });
  const hash = sql`sha256(convert_to(${roomId} || number, 'UTF8'))`;
  await api.connection.db.execute(
    sql`insert into room_tokens (room_id, hash, expires_at)
      select ${roomId}, ${hash}, now() + interval '1 hour' from generate_series(1, 9980) as number`,
  );
  const mint = () => project.ask("POST", `/rooms/${roomId}/tokens`, { json: {} });
  const answers = await Promise.all(Array.from({ length: 30 }, mint));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expectError(await mint(), 429, "Too many unused tokens.", "too_many_tokens");
  await api.connection.db.execute(sql`update room_tokens set used_at = now() where hash = (
    select hash from room_tokens where room_id = ${roomId} and used_at is null limit 1)`);
  expect([(await mint()).status, (await mint()).status]).toEqual([200, 429]);
});
