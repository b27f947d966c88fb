import { expect, test } from "vitest";
import { RadistServerClient } from "./index.ts";
import { type Answering, scriptedApi } from "./testing/scripted-api.ts";

const KEY = "rad_sk_0123456789012345678901234567890123456789012345678";
const PROJECT = "7d1c3d0e-52f1-4f4c-9d7c-0c5a4b9b7a10";

async function against(...script: Answering[]) {
  const api = await scriptedApi(...script);
  const radist = new RadistServerClient(KEY, { projectId: PROJECT, apiBaseUrl: api.url, retries: 0 });
  const queries = () => api.seen.map(({ path }) => Object.fromEntries(new URL(path, api.url).searchParams));
  return { ...api, radist, queries };
}

const page = (cursor: string, ...cursors: string[]): Answering => ({
  status: 200,
  body: { events: cursors.map((at) => ({ type: "call.created", cursor: at })), cursor },
});

test("one page, with what is asked for", async () => {
  await using api = await against(page("evc_2", "evc_1", "evc_2"), page("evc_2"));
  const { events, cursor } = await api.radist.listEvents();
  expect(events.map((event) => event.cursor)).toEqual(["evc_1", "evc_2"]);
  expect(cursor).toBe("evc_2");
  const types = ["call.created", "call.ended"] as const;
  await api.radist.listEvents({ after: cursor, limit: 5, types, subject: PROJECT });
  expect(api.queries()).toEqual([
    {},
    { after: "evc_2", limit: "5", types: "call.created,call.ended", subject: PROJECT },
  ]);
});

test("goes on where it was, and tells how far it has come", async () => {
  await using api = await against(page("evc_2", "evc_1", "evc_2"), page("evc_7"), page("evc_9", "evc_9"));
  const stopping = new AbortController();
  const stream = api.radist.events({ after: "evc_0", types: ["call.created"], signal: stopping.signal });
  const seen: string[] = [];
  const stored: (string | undefined)[] = [];
  for await (const event of stream) {
    const isOfType: "call.created" = event.type;
    expect(isOfType).toBe("call.created");
    seen.push(event.cursor);
    stored.push(stream.cursor);
    if (seen.length === 3) stopping.abort();
  }
  expect(seen).toEqual(["evc_1", "evc_2", "evc_9"]);
  // Not before an event has been dealt with; but on with the page, however empty.
  expect(stored).toEqual(["evc_0", "evc_1", "evc_7"]);
  expect(stream.cursor).toBe("evc_9");
  expect(api.queries().map(({ after }) => after)).toEqual(["evc_0", "evc_2", "evc_7"]);
});

test("another process goes on after the cursor that was stored", async () => {
  await using api = await against(page("evc_3", "evc_1", "evc_2", "evc_3"), page("evc_3", "evc_2", "evc_3"));
  let stored: string | undefined;
  for await (const event of api.radist.events()) {
    stored = event.cursor;
    break;
  }
  const again: string[] = [];
  for await (const event of api.radist.events({ after: stored })) {
    if (again.push(event.cursor) === 2) break;
  }
  expect(again).toEqual(["evc_2", "evc_3"]);
  expect(api.queries().map(({ after }) => after)).toEqual([undefined, "evc_1"]);
});

test("an outage is waited for", async () => {
  await using api = await against(
    page("evc_1", "evc_1"),
    { status: 503, body: { error: "Temporarily unavailable.", code: "unavailable" } },
    (response) => response.destroy(),
    { status: 502 },
    page("evc_2", "evc_2"),
  );
  const seen: string[] = [];
  for await (const event of api.radist.events()) if (seen.push(event.cursor) === 2) break;
  expect(seen).toEqual(["evc_1", "evc_2"]);
  expect(api.queries().map(({ after }) => after)).toEqual([undefined, "evc_1", "evc_1", "evc_1", "evc_1"]);
});

test.each([
  [410, "cursor_expired"],
  [401, "invalid_secret_key"],
] as const)("what waiting cannot mend is thrown: %d %s", async (status, code) => {
  await using api = await against({ status, body: { error: "No.", code } });
  await expect(api.radist.events()[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code });
});

test("the signal ends it at once, in a request as in a pause", async () => {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  await using api = await against(page("evc_1"), () => ask());
  const stopping = new AbortController();
  const next = api.radist.events({ signal: stopping.signal })[Symbol.asyncIterator]().next();
  await asked;
  stopping.abort();
  expect(await next).toEqual({ done: true, value: undefined });
  const aborted = api.radist.events({ signal: stopping.signal })[Symbol.asyncIterator]();
  expect(await aborted.next()).toEqual({ done: true, value: undefined });
});
