import { createServer, type IncomingMessage, type OutgoingHttpHeaders } from "node:http";
import { type RequestOptions, request } from "node:https";
import { describe, expect, test } from "vitest";
import { clientAddress } from "../../packages/runtime/src/client-address.ts";
import { hasProgram } from "../../packages/testkit/src/index.ts";
import { gatewayScript, ownGateway } from "./own-gateway.ts";

const WHY_NOT = (await hasProgram("caddy")) ? undefined : "needs Caddy (Debian: apt-get install caddy)";

/** What a service would see, with so many trusted proxies. */
const seen = (trustedProxies: number) => (incoming: IncomingMessage, response: { end(text: string): void }) =>
  response.end(
    JSON.stringify({
      client: clientAddress(incoming, trustedProxies),
      scheme: incoming.headers["x-forwarded-proto"],
    }),
  );

const FORGED = { "x-forwarded-for": "198.51.100.9", "x-forwarded-proto": "https" };

describe.skipIf(WHY_NOT)("The gateway", () => {
  test.each([
    ["no proxy before it: what a client says of itself does not count", {}, 1, "127.0.0.1", "http"],
    ["one before it: what that has seen survives", { TRUSTED_PROXIES: "2" }, 2, "198.51.100.9", "https"],
    [
      "one before it, and a client that goes past that",
      { TRUSTED_PROXIES: "2", TRUSTED_PROXY_RANGES: "203.0.113.0/24, 2001:db8::/32" },
      2,
      "127.0.0.1",
      "http",
    ],
  ])("with %s", async (_what, env, trusted, client, scheme) => {
    await using gateway = await ownGateway(env, seen(trusted));
    for (const path of ["/", "/api/v1/calls", "/api/v1/p2p/signaling/x", "/api/v1/sfu/signaling/x"]) {
      const response = await fetch(`http://127.0.0.1:${gateway.ports.plain}${path}`, { headers: FORGED });
      expect([path, await response.json()]).toEqual([path, { client, scheme }]);
    }
  });

  test("logs what failed, without the credentials of its URL and headers", async () => {
    const upstream = createServer(({ socket }) => socket.destroy());
    await using gateway = await ownGateway({}, upstream);
    for (const path of ["/api/v1/p2p/signaling/0b5d", "/api/v1/public/calls/0b5d/tokens"]) {
      const query = "publicKey=rad_pk_1&callToken=ct_2&reconnectToken=rt_3";
      const headers = { authorization: "Bearer rad_sk_4", "x-api-key": "rad_sk_5", referer: "http://a.test/?t=ct_6" };
      const url = `http://127.0.0.1:${gateway.ports.plain}${path}?${query}`;
      const answer = await fetch(url, { method: "POST", headers });
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: "unavailable" });
      await expect.poll(() => gateway.process.output).toContain(`"uri":"${path}"`);
    }
    expect(gateway.process.output).not.toMatch(/rad_|ct_|rt_/);
  });

  test("serves a domain by HTTPS and wss, says so for a year, and sends everybody else there", async () => {
    const upstream = createServer(seen(1)).on("upgrade", ({ headers }, socket) => {
      socket.end(`HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${headers.upgrade}\r\n\r\n`);
    });
    await using gateway = await ownGateway({ RADIST_DOMAIN: "localhost", RADIST_TLS: "internal" }, upstream);
    const { plain, http, https } = gateway.ports;
    // Caddy makes its authority and the certificate while it serves already.
    await expect.poll(() => gateway.rootCertificate().catch(() => "")).toContain("CERTIFICATE");
    const secure = { port: https, ca: await gateway.rootCertificate(), agent: false } as const;
    const isServed = () =>
      get({ ...secure, path: "/" }).then(
        () => true,
        () => false,
      );
    await expect.poll(isServed).toBe(true);
    const page = await get({ ...secure, path: "/room/1" });
    expect(JSON.parse(page.body)).toEqual({ client: "127.0.0.1", scheme: "https" });
    expect(page.headers["strict-transport-security"]).toBe("max-age=31536000");
    expect((await get({ ...secure, path: "/metrics" })).status).toBe(404);
    const headers = { connection: "Upgrade", upgrade: "websocket" };
    expect((await get({ ...secure, path: "/api/v1/sfu/signaling/1", headers })).status).toBe(101);
    for (const port of [plain, http]) {
      const { status, headers } = await fetch(`http://localhost:${port}/room/1?a=b`, { redirect: "manual" });
      expect([307, 308]).toContain(status);
      expect(headers.get("location")).toMatch(/^https:\/\/localhost(:\d+)?\/room\/1\?a=b$/);
    }
  });

  test.each([
    ["RADIST_TLS", { RADIST_TLS: "yes" }],
    ["RADIST_DOMAIN", { RADIST_DOMAIN: "https://calls.example.com" }],
    ["RADIST_DOMAIN", { RADIST_DOMAIN: "calls.example.com:8443" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "0" }],
    ["TRUSTED_PROXIES", { TRUSTED_PROXIES: "many" }],
    ["TRUSTED_PROXY_RANGES", { TRUSTED_PROXIES: "2", TRUSTED_PROXY_RANGES: "10.0.0.0/8; all" }],
  ])("does not start with a wrong %s, and names it (%j)", async (name, env) => {
    await using started = await gatewayScript(env);
    expect(await started.exited).toBe(1);
    expect(started.output).toContain(`The gateway cannot start: ${name} must be`);
  });
});

interface Answer {
  readonly status: number | undefined;
  readonly headers: OutgoingHttpHeaders;
  readonly body: string;
}

/** A request to localhost, by a certificate that is checked. */
function get(options: RequestOptions): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "localhost", ...options });
    sent.once("error", reject);
    sent.once("upgrade", ({ statusCode, headers }, socket) => {
      socket.destroy();
      resolve({ status: statusCode, headers, body: "" });
    });
    sent.once("response", (response) => {
      let body = "";
      response.setEncoding("utf8").on("data", (text: string) => {
        body += text;
      });
      response.once("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    sent.end();
  });
}
