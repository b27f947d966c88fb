import { inProcessBus } from "@radist-tech/bus";
import { CallDetails, CallPage, CreatedCall, newCallId } from "@radist-tech/protocol";
import { type Control, SUBJECTS } from "@radist-tech/protocol/bus";
import { afterAll, describe, expect, test } from "vitest";
import { expectError } from "../testing/errors.ts";
import { seatPeer } from "../testing/peers.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { client } = api;

describe("POST …/calls", () => {
  test("makes a call with two different tokens; without a body it is as the project says", async () => {
    const project = await client.project();
    const answer = await project.ask("POST", "/calls");
    expect(answer.status).toBe(200);
    const { callTokens, accessControl } = CreatedCall.strict().parse(answer.body);
    expect(new Set(callTokens).size).toBe(2);
    expect(accessControl).toBe("public");

    await client.asAdmin("PATCH", `/projects/${project.projectId}`, { json: { defaultAccessControl: "private" } });
    expect((await project.ask("POST", "/calls", { json: {} })).body).toMatchObject({ accessControl: "private" });
    expect((await project.call("public")).accessControl).toBe("public");
    expect((await project.call("private")).accessControl).toBe("private");
  });

  test("tokens are stored as digests that expire after the configured time", async () => {
    const project = await client.project();
    const { callId } = await project.call();
    const rows = await api.connection.db.query.callTokens.findMany({
      where: (tokens, { eq }) => eq(tokens.callId, callId),
    });
    expect(rows.map((row) => row.expiresAt.getTime() - row.createdAt.getTime())).toEqual([600_000, 600_000]);
    expect(rows.every((row) => row.hash.byteLength === 32)).toBe(true);
  });

  test.each([
    ["secret", 'accessControl: Invalid option: expected one of "private"|"public"'],
    [null, 'accessControl: Invalid option: expected one of "private"|"public"'],
  ])("accessControl %j is refused", async (accessControl, problem) => {
    const project = await client.project();
    const answer = await project.ask("POST", "/calls", { json: { accessControl } });
    expectError(answer, 400, `Invalid request body: ${problem}.`, "invalid_body");
  });
});

describe("GET …/calls", () => {
  test("pages through all calls, newest first, each once", async () => {
    const project = await client.project();
    const created: string[] = [];
    for (let i = 0; i < 5; i++) created.push((await project.call()).callId);
    const page = async (query: string) => CallPage.strict().parse((await project.ask("GET", `/calls${query}`)).body);
    const all = await page("");
    expect(all).toMatchObject({ page: 1, limit: 20, total: 5 });
    expect(all.calls.map((call) => call.callId)).toEqual(created.toReversed());
    const pages = [await page("?limit=2"), await page("?limit=2&page=2"), await page("?limit=2&page=3")];
    expect(pages.flatMap(({ calls }) => calls.map((call) => call.callId))).toEqual(created.toReversed());
    expect(await page("?limit=2&page=4")).toEqual({ calls: [], page: 4, limit: 2, total: 5 });
  });

  test("goes on by the cursor of each page, whatever is created in between", async () => {
    const project = await client.project();
    const created: string[] = [];
    for (let i = 0; i < 5; i++) created.push((await project.call()).callId);
    // Two of the same instant.
    await api.connection.db.execute(`
      update calls set created_at = (select max(created_at) from calls where project_id = '${project.projectId}')
      where id in ('${created[3]}', '${created[4]}')`);
    const page = async (query: string) => CallPage.strict().parse((await project.ask("GET", `/calls${query}`)).body);
    const seen: string[] = [];
    for (let cursor = ""; ; ) {
      const { calls, total, cursor: next } = await page(`?limit=1${cursor}`);
      expect(total).toBe(5 + seen.length);
      seen.push(...calls.map(({ callId }) => callId));
      if (next === undefined) break;
      cursor = `&cursor=${next}`;
      await project.call();
    }
    expect(seen.toSorted()).toEqual(created.toSorted());
    expect(seen.slice(2)).toEqual(created.slice(0, 3).toReversed());
  });

  test("pages reach row 10,000; what lies behind it is reached by the cursor", async () => {
    const project = await client.project();
    expect((await project.ask("GET", "/calls?limit=100&page=100")).status).toBe(200);
    for (const query of ["limit=100&page=101", "page=501", "page=999999999999999&limit=100"]) {
      const answer = await project.ask("GET", `/calls?${query}`);
      expectError(answer, 400, "Invalid page query parameter.", "invalid_page");
    }
  });

  test.each(["", "lsc_", "evc_2s", "lsc_0_zz", "lsc_zzzzzzzzzz_550e8400-e29b-41d4-a716-446655440000"])(
    "cursor=%s is refused",
    async (cursor) => {
      const answer = await (await client.project()).ask("GET", `/calls?cursor=${cursor}`);
      expectError(answer, 400, "Invalid cursor query parameter.", "invalid_cursor");
    },
  );

  test("calls of the same instant are in the same order every time", async () => {
    const project = await client.project();
    await Promise.all(Array.from({ length: 20 }, () => project.call()));
    await api.connection.db.execute(`update calls set created_at = now() where project_id = '${project.projectId}'`);
    const pages = await Promise.all([1, 2, 3, 4].map((page) => project.ask("GET", `/calls?limit=5&page=${page}`)));
    const seen = pages.flatMap(({ body }) => CallPage.parse(body).calls.map((call) => call.callId));
    expect(new Set(seen).size).toBe(20);
  });

  test("shows only the project's own", async () => {
    const [mine, theirs] = [await client.project(), await client.project()];
    await theirs.call();
    expect((await mine.ask("GET", "/calls")).body).toEqual({ calls: [], page: 1, limit: 20, total: 0 });
  });

  test.each(["0", "-1", "1.5", "one", "", "01", "1e3", "%2B1", "1&page=2", "99999999999999999999"])(
    "page=%s is refused",
    async (page) => {
      const answer = await (await client.project()).ask("GET", `/calls?page=${page}`);
      expectError(answer, 400, "Invalid page query parameter.", "invalid_page");
    },
  );

  test.each(["0", "101", "-1", "2.5", "all", ""])("limit=%s is refused", async (limit) => {
    const answer = await (await client.project()).ask("GET", `/calls?limit=${limit}`);
    expectError(answer, 400, "Invalid limit query parameter.", "invalid_limit");
  });
});

describe("GET …/calls/:callId", () => {
  test("shows who holds the seats, in the order in which they came", async () => {
    const project = await client.project();
    const { callId } = await project.call("private");
    await seatPeer(api.connection, callId, "left");
    await seatPeer(api.connection, callId, "disconnected", -1);
    const first = await seatPeer(api.connection, callId, "disconnected");
    const second = await seatPeer(api.connection, callId, "connected");
    const answer = await project.ask("GET", `/calls/${callId}`);
    expect(answer.status).toBe(200);
    const call = CallDetails.strict().parse(answer.body);
    expect(call).toMatchObject({ callId, accessControl: "private", tombstonedAt: null });
    expect(call.peers).toMatchObject([
      { peerId: first, status: "disconnected" },
      { peerId: second, status: "connected" },
    ]);
  });

  test("an ended call has no peers", async () => {
    const project = await client.project();
    const { callId } = await project.call();
    await seatPeer(api.connection, callId, "connected");
    await project.ask("DELETE", `/calls/${callId}`);
    const call = CallDetails.parse((await project.ask("GET", `/calls/${callId}`)).body);
    expect(call.peers).toEqual([]);
    expect(call.tombstonedAt).toBe(call.updatedAt);
    const rows = await api.connection.db.query.callPeers.findMany({
      where: (peers, { eq }) => eq(peers.callId, callId),
    });
    expect(rows).toMatchObject([{ status: "expired", expiresAt: null }]);
  });
});

describe("DELETE …/calls/:callId", () => {
  test("leaves usage to the nodes that hold the peers: only they know until when a peer was connected", async () => {
    const project = await client.project();
    const [ended, deleted, other] = [await project.call(), await project.call(), await project.call()];
    for (const { callId } of [ended, deleted]) await seatPeer(api.connection, callId, "connected");
    const sessions = () =>
      api.connection.db.query.usageSessions.findMany({
        where: (session, { inArray }) => inArray(session.subjectId, [ended.callId, deleted.callId]),
      });
    await project.ask("DELETE", `/calls/${other.callId}`);
    expect(await sessions()).toMatchObject([{ closedAt: null }, { closedAt: null }]);
    await project.ask("DELETE", `/calls/${ended.callId}`);
    await client.asAdmin("DELETE", `/projects/${project.projectId}`);
    expect(await sessions()).toMatchObject([{ closedAt: null }, { closedAt: null }]);
  });

  test("ends the call once and tells the nodes once", async () => {
    const project = await client.project();
    const { callId } = await project.call();
    const heard: Control[] = [];
    const done = Promise.withResolvers<void>();
    const decoder = new TextDecoder();
    await using _listening = await api.bus.subscribe(SUBJECTS.control, (data) => {
      const control = JSON.parse(decoder.decode(data)) as Control;
      if (control.type === "project_deleted") done.resolve();
      else heard.push(control);
    });
    expect(await project.ask("DELETE", `/calls/${callId}`)).toMatchObject({ status: 204, body: "" });
    const listed = async () => CallPage.parse((await project.ask("GET", "/calls")).body).calls[0]?.tombstonedAt;
    const endedAt = await listed();
    expect(endedAt).not.toBeNull();
    expect((await project.ask("DELETE", `/calls/${callId}`)).status).toBe(204);
    expect(await listed()).toBe(endedAt);
    const rows = await api.connection.db.query.calls.findMany({ where: (calls, { eq }) => eq(calls.id, callId) });
    expect(rows).toMatchObject([{ version: 1, tombstoneReason: "terminated" }]);
    // Messages arrive in order: once this one has arrived, so have all before it.
    await client.asAdmin("DELETE", `/projects/${project.projectId}`);
    await done.promise;
    expect(heard).toEqual([{ type: "call_ended", callId, reason: "terminated" }]);
  });

  test("ends the call when the bus is away, too", async () => {
    const project = await client.project();
    const { callId } = await project.call();
    const bus = inProcessBus();
    await bus.close();
    await using deaf = await startApi({ databaseUrl: api.databaseUrl, bus });
    const answer = await deaf.client.ask("DELETE", `/projects/${project.projectId}/calls/${callId}`, {
      bearer: project.secretKey,
    });
    expect(answer.status).toBe(204);
    expect((await project.ask("GET", `/calls/${callId}`)).body).toMatchObject({ tombstonedAt: expect.any(String) });
    expect(deaf.logs()).toContain(callId);
  });
});

describe("a call that is not there", () => {
  test.each(["nonsense", "%00", "..%2f", newCallId()])("%s is not found", async (callId) => {
    const project = await client.project();
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/tokens"],
    ] as const) {
      expectError(await project.ask(method, `/calls/${callId}${path}`), 404, "Call not found.", "call_not_found");
    }
  });

  test("a call of another project is not found, and stays open", async () => {
    const [mine, theirs] = [await client.project(), await client.project()];
    const { callId } = await theirs.call();
    for (const [method, path] of [
      ["GET", ""],
      ["DELETE", ""],
      ["POST", "/tokens"],
    ] as const) {
      expectError(await mine.ask(method, `/calls/${callId}${path}`), 404, "Call not found.", "call_not_found");
    }
    expect((await theirs.ask("GET", `/calls/${callId}`)).body).toMatchObject({ tombstonedAt: null });
  });
});
