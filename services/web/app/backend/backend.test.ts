import { afterEach, expect, test, vi } from "vitest";
import { createRoom, mintCallToken, pageConfig } from "./backend.ts";

afterEach(() => vi.unstubAllGlobals());

/** Answers in the place of the backend; remembers what was asked. */
function backend(...answers: (() => Response | Promise<Response>)[]) {
  const asked: string[] = [];
  vi.stubGlobal("fetch", async (path: string, init: RequestInit) => {
    asked.push(`${init.method} ${path} ${typeof init.body === "string" ? init.body : ""}`.trim());
    const answer = answers.shift();
    if (!answer) throw new TypeError("Failed to fetch");
    return answer();
  });
  return asked;
}

test("a token is asked for by the call's id", async () => {
  const asked = backend(() => Response.json({ callToken: "ct_1" }));
  expect(await mintCallToken("c1")).toBe("ct_1");
  expect(asked).toEqual(["POST /web/calls/c1/tokens"]);
});

test("a name goes along; a user without one is a guest", async () => {
  const room = () => Response.json({ roomId: "r1", roomToken: "ct_1" });
  const asked = backend(room, room);
  await createRoom("Ada");
  await createRoom("  ");
  expect(asked).toEqual(['POST /web/rooms {"name":"Ada"}', "POST /web/rooms {}"]);
});

test.each([
  [
    "an error of the backend",
    () => Response.json({ error: "Call has been terminated.", code: "call_terminated" }, { status: 410 }),
    "call_terminated",
  ],
  ["a page of a proxy", () => new Response("<h1>Bad gateway</h1>", { status: 502 }), "unavailable"],
])("%s has a code", async (_what, answer, code) => {
  backend(answer);
  await expect(mintCallToken("c1")).rejects.toMatchObject({ name: "BackendError", code });
});

test("no answer at all is offline", async () => {
  backend();
  await expect(mintCallToken("c1")).rejects.toMatchObject({ code: "offline" });
});

test("the configuration is fetched once, and again only after a failure", async () => {
  const config = { publicKey: "rad_pk_1", apiBaseUrl: "/api/v1" };
  const asked = backend(
    () => new Response("", { status: 503 }),
    () => Response.json(config),
  );
  await expect(pageConfig()).rejects.toMatchObject({ code: "unavailable" });
  expect(await pageConfig()).toEqual(config);
  expect(await pageConfig()).toEqual(config);
  expect(asked).toHaveLength(2);
});
