import { afterEach, expect, test, vi } from "vitest";
import { RadistServerClient, RadistServerError } from "./index.ts";
import { type Answering, scriptedApi } from "./testing/scripted-api.ts";

const KEY = "rad_sk_0123456789012345678901234567890123456789012345678";
const PROJECT = "7d1c3d0e-52f1-4f4c-9d7c-0c5a4b9b7a10";
const CALL = "550e8400-e29b-41d4-a716-446655440000";
const ROOM = "7c9e6679-7425-40de-944b-e07fc1f90ae7";
const CREATED = { callId: CALL, callTokens: ["ct_a", "ct_b"], accessControl: "private" };

afterEach(() => {
  vi.unstubAllEnvs();
});

const against = (...script: Answering[]) => impatient(60_000, ...script);

/** A client that gives an API which answers by a script so much time for each answer. */
async function impatient(timeoutMs: number, ...script: Answering[]) {
  const api = await scriptedApi(...script);
  const radist = new RadistServerClient(KEY, { projectId: PROJECT, apiBaseUrl: api.url, timeoutMs });
  return { ...api, radist };
}

const failure = async (promise: Promise<unknown>): Promise<RadistServerError> => {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(RadistServerError);
  return error as RadistServerError;
};

test("a call is private unless the backend says otherwise", async () => {
  await using api = await against({ status: 200, body: CREATED }, { status: 200, body: CREATED });
  expect(await api.radist.createP2PConnection()).toEqual(CREATED);
  await api.radist.createP2PConnection({ accessControl: "public" });

  const [first, second] = api.seen;
  expect(first).toMatchObject({ method: "POST", path: `/api/v1/projects/${PROJECT}/calls` });
  expect(first?.headers.authorization).toBe(`Bearer ${KEY}`);
  expect(JSON.parse(first?.body ?? "")).toEqual({ accessControl: "private" });
  expect(JSON.parse(second?.body ?? "")).toEqual({ accessControl: "public" });
  expect(second?.headers["idempotency-key"]).not.toBe(first?.headers["idempotency-key"]);
});

test("a list goes on after the page before", async () => {
  const page = { calls: [], page: 1, limit: 20, total: 0 };
  await using api = await against({ status: 200, body: { ...page, cursor: "lsc_1" } }, { status: 200, body: page });
  const { cursor } = await api.radist.listCalls();
  expect(await api.radist.listCalls({ cursor, limit: 5 })).toEqual(page);
  expect(api.seen.at(-1)?.path).toBe(`/api/v1/projects/${PROJECT}/calls?limit=5&cursor=lsc_1`);
});

test("tokens, lists, one call, the end", async () => {
  const page = { calls: [], page: 2, limit: 5, total: 0 };
  const details = { callId: CALL, peers: [] };
  await using api = await against(
    { status: 200, body: { callToken: "ct_c" } },
    { status: 200, body: page },
    { status: 200, body: details },
    { status: 204 },
  );
  expect(await api.radist.mintConnectionToken({ callId: CALL })).toEqual({ connectionToken: "ct_c" });
  expect(await api.radist.listCalls({ page: 2, limit: 5 })).toEqual(page);
  expect(await api.radist.getCall(CALL)).toEqual(details);
  expect(await api.radist.endCall(CALL)).toBeUndefined();
  expect(api.seen.map(({ method, path }) => `${method} ${path.replace(`/api/v1/projects/${PROJECT}`, "")}`)).toEqual([
    `POST /calls/${CALL}/tokens`,
    "GET /calls?page=2&limit=5",
    `GET /calls/${CALL}`,
    `DELETE /calls/${CALL}`,
  ]);
});

test("rooms: made, listed, seen, ended, and who is in them", async () => {
  const created = { roomId: ROOM, roomTokens: ["ct_a", "ct_b"] };
  const page = { rooms: [], page: 1, limit: 20, total: 0 };
  const details = { roomId: ROOM, participants: [] };
  await using api = await against(
    { status: 200, body: created },
    { status: 200, body: created },
    { status: 200, body: { roomToken: "ct_c" } },
    { status: 200, body: { roomToken: "ct_d" } },
    { status: 200, body: page },
    { status: 200, body: details },
    { status: 204 },
    { status: 204 },
  );
  expect(await api.radist.createRoom()).toEqual(created);
  const settings = { tokens: 5, maxParticipants: 4, e2ee: "required" as const, metadata: { a: [1] }, idleSeconds: 60 };
  expect(await api.radist.createRoom(settings)).toEqual(created);
  expect(await api.radist.mintConnectionToken({ roomId: ROOM })).toEqual({ connectionToken: "ct_c" });
  const participant = { identity: "user-17", name: "Ada", canPublish: false };
  const more = { ttlSeconds: 30, participant, duplicateIdentity: "replace" as const };
  const minted = await api.radist.mintConnectionToken({ roomId: ROOM, ...more });
  expect(minted).toEqual({ connectionToken: "ct_d" });
  expect(await api.radist.listRooms()).toEqual(page);
  expect(await api.radist.getRoom(ROOM)).toEqual(details);
  expect(await api.radist.kickParticipant({ roomId: ROOM, peerId: "peer_a1" })).toBeUndefined();
  expect(await api.radist.endRoom(ROOM)).toBeUndefined();
  expect(
    api.seen.map(({ method, path, body }) => `${method} ${path.replace(`/api/v1/projects/${PROJECT}`, "")} ${body}`),
  ).toEqual([
    "POST /rooms {}",
    `POST /rooms ${JSON.stringify(settings)}`,
    `POST /rooms/${ROOM}/tokens {}`,
    `POST /rooms/${ROOM}/tokens ${JSON.stringify(more)}`,
    "GET /rooms?page=1&limit=20 ",
    `GET /rooms/${ROOM} `,
    `DELETE /rooms/${ROOM}/participants/peer_a1 `,
    `DELETE /rooms/${ROOM} `,
  ]);
});

test("usage of a time that is asked for, or of the usual one", async () => {
  const usage = { from: "…", to: "…", interval: "day", intervals: [], total: {} };
  await using api = await against({ status: 200, body: usage }, { status: 200, body: usage });
  expect(await api.radist.getUsage()).toEqual(usage);
  const from = new Date(Date.UTC(2026, 2, 1));
  await api.radist.getUsage({ from, to: "2026-03-02T00:00:00Z", interval: "hour" });
  expect(api.seen.map(({ path }) => path.replace(`/api/v1/projects/${PROJECT}`, ""))).toEqual([
    "/usage",
    "/usage?from=2026-03-01T00%3A00%3A00.000Z&to=2026-03-02T00%3A00%3A00Z&interval=hour",
  ]);
});

test("a lost answer is asked for again under the same idempotency key", async () => {
  await using api = await against((response) => response.destroy(), { status: 503 }, { status: 200, body: CREATED });
  await api.radist.createP2PConnection();
  const keys = api.seen.map((request) => request.headers["idempotency-key"]);
  expect(keys).toHaveLength(3);
  expect(new Set(keys).size).toBe(1);
  expect(keys[0]).toMatch(/^[0-9a-f-]{36}$/);
});

test("an answer that breaks off in its body is asked for again", async () => {
  const broken: Answering = (response) => {
    response.writeHead(200, { "content-length": "500" });
    response.write('{"callId":');
    setTimeout(() => response.destroy(), 20);
  };
  await using api = await against(broken, { status: 200, body: CREATED });
  expect(await api.radist.createP2PConnection()).toEqual(CREATED);
});

test("a silent server is given up on, and retried", async () => {
  const silent: Answering = () => {};
  await using api = await impatient(1_000, silent, silent, silent, silent);
  const error = await failure(api.radist.getCall(CALL));
  expect(error).toMatchObject({ code: "timeout", status: undefined, retryable: true });
  expect(error.message).toContain("did not answer within 1000 ms");
  expect(api.seen).toHaveLength(4);
});

test("a 429 is waited for when it says how long, and only then", async () => {
  const limit = { error: "Connection limit reached.", code: "connection_limit", requestId: "req_1" };
  await using api = await against(
    { status: 429, body: limit, headers: { "retry-after": "1" } },
    { status: 200, body: CREATED },
    { status: 429, body: limit },
    { status: 429, body: limit, headers: { "retry-after": "3600" } },
  );
  const startedAt = performance.now();
  await api.radist.createP2PConnection();
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(1_000);

  const error = await failure(api.radist.createP2PConnection());
  expect(error).toMatchObject({ code: "connection_limit", status: 429, requestId: "req_1", retryable: true });
  expect((await failure(api.radist.createP2PConnection())).code).toBe("connection_limit");
  expect(api.seen).toHaveLength(4);
});

test.each([
  { status: 401, code: "invalid_secret_key", error: "Invalid project id or secret key." },
  { status: 404, code: "call_not_found", error: "Call not found." },
  { status: 409, code: "peers_connected", error: "All peers are already connected." },
  { status: 410, code: "call_terminated", error: "Call has been terminated." },
])("$status $code is final", async ({ status, code, error: sentence }) => {
  await using api = await against({ status, body: { error: sentence, code }, headers: { "x-request-id": "req_2" } });
  const error = await failure(api.radist.mintConnectionToken({ callId: CALL }));
  expect(error).toMatchObject({ status, code, message: sentence, requestId: "req_2", retryable: false });
  expect(api.seen).toHaveLength(1);
});

test("a page of some gateway is no answer of the API", async () => {
  const html: Answering = (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html>");
  await using api = await against(html, { status: 418, body: "?" });
  expect((await failure(api.radist.getCall(CALL))).code).toBe("unexpected_response");
  expect(await failure(api.radist.getCall(CALL))).toMatchObject({ code: "unexpected_response", status: 418 });
});

test.each(["", "..", "../keys", "a?b=c"])("%j is no id, and is not sent", async (id) => {
  await using api = await against();
  expect((await failure(api.radist.getCall(id))).code).toBe("call_not_found");
  expect((await failure(api.radist.endCall(id))).code).toBe("call_not_found");
  expect((await failure(api.radist.mintConnectionToken({ callId: id }))).code).toBe("call_not_found");
  expect((await failure(api.radist.getRoom(id))).code).toBe("room_not_found");
  expect((await failure(api.radist.endRoom(id))).code).toBe("room_not_found");
  expect((await failure(api.radist.mintConnectionToken({ roomId: id }))).code).toBe("room_not_found");
  const kicking = api.radist.kickParticipant({ roomId: ROOM, peerId: id });
  expect((await failure(kicking)).code).toBe("participant_not_found");
  expect(api.seen).toEqual([]);
});

type Call = (radist: RadistServerClient) => Promise<unknown>;
const nothing = undefined as never;

test.each<[string, Call, RegExp]>([
  ["getCall(undefined)", (radist) => radist.getCall(nothing), /callId/],
  ["endCall(undefined)", (radist) => radist.endCall(nothing), /callId/],
  ["getRoom(undefined)", (radist) => radist.getRoom(nothing), /roomId/],
  ["endRoom(null)", (radist) => radist.endRoom(null as never), /roomId/],
  ["kickParticipant()", (radist) => radist.kickParticipant(nothing), /roomId, peerId/],
  ["kickParticipant({})", (radist) => radist.kickParticipant({} as never), /roomId/],
  ["kickParticipant({ roomId })", (radist) => radist.kickParticipant({ roomId: ROOM } as never), /peerId/],
  ["mintConnectionToken()", (radist) => radist.mintConnectionToken(nothing), /callId, roomId/],
  ["mintConnectionToken({})", (radist) => radist.mintConnectionToken({} as never), /callId or a roomId/],
  ["of a call undefined", (radist) => radist.mintConnectionToken({ callId: nothing }), /callId or a roomId/],
  ["of both", (radist) => radist.mintConnectionToken({ callId: CALL, roomId: ROOM }), /callId or a roomId/],
  [
    "of a call for a time",
    (radist) => radist.mintConnectionToken({ callId: CALL, ttlSeconds: 5 } as never),
    /ttlSeconds/,
  ],
  ["an unknown member", (radist) => radist.mintConnectionToken({ roomId: ROOM, ttl: 5 } as never), /ttl/],
  ["of a call", (radist) => radist.createP2PConnection({ access: "public" } as never), /access/],
  ["of a room", (radist) => radist.createRoom({ max: 3 } as never), /max/],
  ["null", (radist) => radist.createRoom(null as never), /object/],
  ["of a list of calls", (radist) => radist.listCalls({ size: 3 } as never), /size/],
  ["of a list of rooms", (radist) => radist.listRooms({ size: 3 } as never), /size/],
  ["of usage", (radist) => radist.getUsage({ since: "" } as never), /since/],
  ["of usage, an invalid Date", (radist) => radist.getUsage({ from: new Date(Number.NaN) }), /from/],
  ["of events", (radist) => radist.listEvents({ type: "call.ended" } as never), /type/],
])("%s is refused before it is sent", async (_, call, text) => {
  await using api = await against();
  const error = await failure(call(api.radist));
  expect([error.code, error.message]).toEqual(["invalid_argument", expect.stringMatching(text)]);
  expect(api.seen).toEqual([]);
});

test("settings come from the environment, and what is missing is named", () => {
  vi.stubEnv("RADIST_KEY", "");
  vi.stubEnv("RADIST_PROJECT_ID", "");
  expect(() => new RadistServerClient()).toThrow(/RADIST_KEY/);
  expect(() => new RadistServerClient(KEY)).toThrow(/RADIST_PROJECT_ID/);
  expect(() => new RadistServerClient("rad_pk_abc", { projectId: PROJECT })).toThrow(/public key/);
  expect(() => new RadistServerClient(KEY, { projectId: PROJECT, apiBaseUrl: "radist" })).toThrow(/http/);

  vi.stubEnv("RADIST_KEY", KEY);
  vi.stubEnv("RADIST_PROJECT_ID", PROJECT);
  expect(new RadistServerClient()).toBeInstanceOf(RadistServerClient);
});

test("no text of an error, and no printed client, shows the key", async () => {
  const { inspect } = await import("node:util");
  const broken = `${KEY}\u0001`;
  const thrown = await failure(Promise.resolve().then(() => new RadistServerClient(broken, { projectId: PROJECT })));
  await using api = await against((response) => response.destroy());
  const patient = new RadistServerClient(KEY, { projectId: PROJECT, apiBaseUrl: api.url, retries: 0 });
  const error = await failure(patient.createP2PConnection());
  for (const text of [inspect(thrown), inspect(error, { depth: 9 }), inspect(patient, { depth: 9 })]) {
    expect(text).not.toContain(KEY);
  }
});

test("a redirect is not followed, and its target is named", async () => {
  await using target = await scriptedApi({ status: 200, body: CREATED });
  await using api = await against({ status: 308, headers: { location: target.url } });
  const error = await failure(api.radist.createP2PConnection());
  expect([error.code, error.status, error.retryable]).toEqual(["unexpected_response", 308, false]);
  expect(error.message).toContain(`redirects to ${target.url}`);
  expect([api.seen.length, target.seen.length]).toEqual([1, 0]);
});

test("fetch is called as a plain function, and asked for nothing that Cloudflare Workers do not know", async () => {
  await using api = await scriptedApi({ status: 200, body: CREATED });
  const called: unknown[] = [];
  const like = function (this: unknown, url: string, init: RequestInit) {
    called.push(this, init.redirect);
    return fetch(url, init);
  };
  const options = { projectId: PROJECT, apiBaseUrl: api.url, fetch: like as typeof fetch };
  await new RadistServerClient(KEY, options).createP2PConnection();
  expect(called).toEqual([undefined, "manual"]);
});

test("where there is no process, what is missing is named as elsewhere", () => {
  vi.stubGlobal("process", undefined);
  const withoutKey = () => new RadistServerClient();
  const withDefaults = () => new RadistServerClient(KEY, { projectId: PROJECT });
  const outcomes = [withoutKey, withDefaults].map((make) => {
    try {
      return make().constructor.name;
    } catch (error) {
      return (error as RadistServerError).code;
    }
  });
  vi.unstubAllGlobals();
  expect(outcomes).toEqual(["missing_secret_key", "RadistServerClient"]);
});
