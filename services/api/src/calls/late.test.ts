import { CallPage, RoomPage } from "@radist-tech/protocol";
import { expect, test, vi } from "vitest";
import { expectError } from "../testing/errors.ts";
import { startApi } from "../testing/start-api.ts";

const KEYED = { headers: { "idempotency-key": "late" } };

test("what is created after the caller had to give up", async () => {
  await using api = await startApi();
  const [plain, keyed] = [await api.client.project(), await api.client.project()];
  await api.connection.db.transaction(async (tx) => {
    await tx.execute("lock table calls in exclusive mode");
    const answers = await Promise.all([plain.ask("POST", "/calls"), keyed.ask("POST", "/calls", KEYED)]);
    for (const answer of answers) {
      expectError(answer, 503, "Temporarily unavailable. Try again shortly.", "unavailable");
    }
  });
  const callsOf = async (project: typeof plain) => CallPage.parse((await project.ask("GET", "/calls")).body).calls;

  // No client knows of it, so it is ended and does not count towards the project's limit.
  await vi.waitUntil(async () => (await callsOf(plain))[0]?.tombstonedAt, { timeout: 60_000 });
  // A repeat of the request gets it.
  const repeated = await keyed.ask("POST", "/calls", KEYED);
  expect(repeated.status).toBe(200);
  expect(repeated.headers.get("idempotency-replayed")).toBe("true");
  expect(await callsOf(keyed)).toMatchObject([{ tombstonedAt: null }]);
});

test("a room that is created after the caller had to give up is ended, too", { tags: ["long"] }, async () => {
  await using api = await startApi();
  const project = await api.client.project();
  await api.connection.db.transaction(async (tx) => {
    await tx.execute("lock table rooms in exclusive mode");
    const answer = await project.ask("POST", "/rooms");
    expectError(answer, 503, "Temporarily unavailable. Try again shortly.", "unavailable");
  });
  const rooms = async () => RoomPage.parse((await project.ask("GET", "/rooms")).body).rooms;
  await vi.waitUntil(async () => (await rooms())[0]?.tombstonedAt, { timeout: 60_000 });
});
