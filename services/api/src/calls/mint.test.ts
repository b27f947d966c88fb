import { randomBytes } from "node:crypto";
import { callTokens as callTokensTable } from "@radist-tech/db";
import { MintedCallToken, newCallId } from "@radist-tech/protocol";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import type { Answer, ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { seatPeer } from "../testing/peers.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());

type Mint = (project: ProjectClient, callId: string) => Promise<Answer>;
const byPublicKey: Mint = (project, callId) => project.mint(callId);
const bySecretKey: Mint = (project, callId) => project.ask("POST", `/calls/${callId}/tokens`);

describe.each([
  ["POST /p2p/calls/:callId/token", byPublicKey],
  ["POST …/calls/:callId/tokens", bySecretKey],
])("%s", (_name, mint) => {
  test("mints a fresh token each time, stored as its digest", async () => {
    const project = await api.client.project();
    const { callId, callTokens } = await project.call("public");
    const answers = [await mint(project, callId), await mint(project, callId)];
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const minted = answers.map(({ body }) => MintedCallToken.strict().parse(body).callToken);
    expect(new Set([...callTokens, ...minted]).size).toBe(4);
    const rows = await api.connection.db.query.callTokens.findMany({
      where: (tokens, { eq }) => eq(tokens.callId, callId),
    });
    expect(rows).toHaveLength(4);
  });

  test("stops at the limit of unused tokens, and goes on when some are used", async () => {
    const project = await api.client.project();
    const { callId } = await project.call("public");
    const limit = mint === byPublicKey ? 20 : 998;
    const stored = await api.connection.db.query.callTokens.findMany({
      where: (tokens, { eq }) => eq(tokens.callId, callId),
    });
    const more = Array.from({ length: limit - 1 }, () => ({
      callId,
      hash: randomBytes(32),
      expiresAt: stored[0]?.expiresAt ?? new Date(),
    }));
    await api.connection.db.insert(callTokensTable).values(more);
    expect((await mint(project, callId)).status).toBe(200);
    expectError(await mint(project, callId), 429, "Too many unused tokens.", "too_many_tokens");
    await api.connection.db
      .update(callTokensTable)
      .set({ usedAt: new Date() })
      .where(eq(callTokensTable.hash, more[0]?.hash ?? randomBytes(32)));
    expect((await mint(project, callId)).status).toBe(200);
  });

  test.each(["nonsense", newCallId()])("call %s is not found", async (callId) => {
    expectError(await mint(await api.client.project(), callId), 404, "Call not found.", "call_not_found");
  });

  test("a call of another project is not found", async () => {
    const { callId } = await (await api.client.project()).call();
    expectError(await mint(await api.client.project(), callId), 404, "Call not found.", "call_not_found");
  });

  test("both seats held: nobody else is admitted until a window is over", async () => {
    const project = await api.client.project();
    const { callId } = await project.call();
    await seatPeer(api.connection, callId, "left");
    await seatPeer(api.connection, callId, "expired");
    await seatPeer(api.connection, callId, "connected");
    expect((await mint(project, callId)).status).toBe(200);
    const away = await seatPeer(api.connection, callId, "disconnected");
    expectError(await mint(project, callId), 409, "All peers are already connected.", "peers_connected");
    await api.connection.db.execute(`update call_peers set expires_at = now() where peer_id = '${away}'`);
    expect((await mint(project, callId)).status).toBe(200);
  });

  test("a terminated call says so, also when its seats were held", async () => {
    const project = await api.client.project();
    const { callId } = await project.call();
    await seatPeer(api.connection, callId, "connected");
    await seatPeer(api.connection, callId, "connected");
    await project.ask("DELETE", `/calls/${callId}`);
    expectError(await mint(project, callId), 410, "Call has been terminated.", "call_terminated");
  });
});

test("a private call: the secret key mints, the public key does not, whatever state the call is in", async () => {
  const project = await api.client.project();
  const { callId } = await project.call("private");
  expect((await bySecretKey(project, callId)).status).toBe(200);
  expectError(await byPublicKey(project, callId), 403, "Call is private.", "call_private");
  await project.ask("DELETE", `/calls/${callId}`);
  expectError(await byPublicKey(project, callId), 403, "Call is private.", "call_private");
  expectError(await bySecretKey(project, callId), 410, "Call has been terminated.", "call_terminated");
});
