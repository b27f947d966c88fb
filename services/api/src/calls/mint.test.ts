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

describe("unused tokens of a call", () => {
  const unused = (callId: string, count: number, byPublicKey: boolean) =>
    api.connection.db
      .insert(callTokensTable)
      .values(
        Array.from({ length: count }, () => ({
          callId,
          byPublicKey,
          hash: randomBytes(32),
          expiresAt: new Date(Date.now() + 3_600_000),
        })),
      )
      .returning({ hash: callTokensTable.hash });
  const use = async (hash: Uint8Array | undefined) => {
    const used = { usedAt: new Date() };
    await api.connection.db
      .update(callTokensTable)
      .set(used)
      .where(eq(callTokensTable.hash, hash ?? randomBytes(32)));
  };
  const isRefused = (answer: Answer) => expectError(answer, 429, "Too many unused tokens.", "too_many_tokens");

  test("are 20 of the public key, whatever the secret key has minted", async () => {
    const project = await api.client.project();
    const { callId } = await project.call("public");
    await unused(callId, 100, false);
    const [first] = await unused(callId, 19, true);
    expect((await byPublicKey(project, callId)).status).toBe(200);
    isRefused(await byPublicKey(project, callId));
    expect((await bySecretKey(project, callId)).status).toBe(200);
    await use(first?.hash);
    expect((await byPublicKey(project, callId)).status).toBe(200);
    isRefused(await byPublicKey(project, callId));
  });

  test("are 1,000 of the secret key, the two of the call's creation among them, whatever the public key has", async () => {
    const project = await api.client.project();
    const { callId } = await project.call("public");
    await unused(callId, 10, true);
    const [first] = await unused(callId, 997, false);
    expect((await bySecretKey(project, callId)).status).toBe(200);
    isRefused(await bySecretKey(project, callId));
    expect((await byPublicKey(project, callId)).status).toBe(200);
    await use(first?.hash);
    expect((await bySecretKey(project, callId)).status).toBe(200);
    isRefused(await bySecretKey(project, callId));
  });

  test.each([
    ["the public key", byPublicKey, 10, true],
    ["the secret key", bySecretKey, 988, false],
  ])("of %s are never more, however many are minted at once", async (_name, mint, before, isPublic) => {
    const project = await api.client.project();
    const { callId } = await project.call("public");
    await unused(callId, before, isPublic);
    const answers = await Promise.all(Array.from({ length: 30 }, () => mint(project, callId)));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  });
});

test("public keys have a budget per minute: one of each address, and one of the project", async () => {
  const settings = { TRUSTED_PROXIES: 1, PUBLIC_MINTS_PER_MINUTE: 2, PUBLIC_MINTS_PER_MINUTE_PER_PROJECT: 3 };
  await using budgeted = await startApi({ settings });
  const [project, other] = [await budgeted.client.project(), await budgeted.client.project()];
  const mint = async (of: ProjectClient, address: string) =>
    of.mint((await of.call("public")).callId, { headers: { "x-forwarded-for": address } });
  const isRefused = (answer: Answer, sentence: RegExp) => {
    expect([answer.status, answer.body]).toEqual([
      429,
      expect.objectContaining({ code: "rate_limited", error: expect.stringMatching(sentence) }),
    ]);
    expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
  };
  expect((await mint(project, "192.0.2.1")).status).toBe(200);
  expect((await mint(project, "192.0.2.1")).status).toBe(200);
  isRefused(
    await mint(project, "192.0.2.1"),
    /^Too many tokens were minted from your network\. Try again in \d+ seconds\.$/,
  );
  expect((await mint(project, "192.0.2.2")).status).toBe(200);
  isRefused(await mint(project, "192.0.2.3"), /^Too many tokens are being minted with this public key\. Try again in/);
  expect((await mint(other, "192.0.2.3")).status).toBe(200);
});
