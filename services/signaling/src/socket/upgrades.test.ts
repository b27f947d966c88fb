import { newCallToken, P2P_SOCKET_PATH } from "@radist-tech/protocol";
import fc from "fast-check";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type Cluster, startCluster } from "../testing/cluster.ts";
import { Neighbours, UNHURRIED } from "../testing/neighbours.ts";
import { joins } from "../testing/people.ts";
import { errorsIn, portOf, socketPath } from "../testing/raw-person.ts";
import { frame, type Heard, OPCODE, RawSocket, upgradeRequest } from "../testing/raw-socket.ts";

let cluster: Cluster;
let neighbours: Neighbours;
beforeAll(async () => {
  cluster = await startCluster({ embedded: true, env: UNHURRIED });
  neighbours = await Neighbours.meet(cluster, [0, 0]);
});
afterAll(async () => {
  await neighbours.stop();
  await cluster[Symbol.asyncDispose]();
});
afterEach(() => neighbours.goOn());

/** What comes of these bytes, once both sides have said all they have to say. */
async function outcome(bytes: Buffer | string): Promise<Heard & { readonly answer: string }> {
  await using socket = new RawSocket(portOf(cluster));
  socket.write(bytes);
  socket.end();
  return { ...(await socket.ended), answer: socket.head };
}

const path = () => socketPath({ publicKey: cluster.publicKey, callToken: newCallToken() });

describe("An invalid handshake gets an HTTP error, and the connection ends:", () => {
  test.each<[string, () => string | Buffer, RegExp]>([
    ["no key", () => upgradeRequest(path(), { "Sec-WebSocket-Key": undefined }), /^HTTP\/1.1 400 /],
    ["a short key", () => upgradeRequest(path(), { "Sec-WebSocket-Key": "c2hvcnQ=" }), /^HTTP\/1.1 400 /],
    ["no version", () => upgradeRequest(path(), { "Sec-WebSocket-Version": undefined }), /^HTTP\/1.1 4\d\d /],
    ["an ancient version", () => upgradeRequest(path(), { "Sec-WebSocket-Version": "7" }), /^HTTP\/1.1 4\d\d /],
    ["POST", () => upgradeRequest(path(), {}, "POST"), /^HTTP\/1.1 405 /],
    ["another path", () => upgradeRequest("/api/v1/p2p/signaling/ws/"), /^HTTP\/1.1 404 /],
    ["a path of dots", () => upgradeRequest(`/x/..${P2P_SOCKET_PATH}`), /^HTTP\/1.1 404 /],
    ["a path with a host", () => upgradeRequest(`http://[${P2P_SOCKET_PATH}`), /^HTTP\/1.1 4\d\d /],
    ["headers beyond measure", () => upgradeRequest(path(), { "X-Long": "x".repeat(100_000) }), /^HTTP\/1.1 4\d\d /],
    ["a query beyond measure", () => upgradeRequest(`${path()}&x=${"x".repeat(100_000)}`), /^HTTP\/1.1 4\d\d /],
    ["control characters in a header", () => upgradeRequest(path(), { "X-Odd": "a\0b" }), /^HTTP\/1.1 400 /],
    ["a NUL in the path", () => upgradeRequest(`${path()}\0`), /^HTTP\/1.1 400 /],
    ["no HTTP", () => "\x16\x03\x01\x02\r\n\r\n", /^HTTP\/1.1 400 /],
    ["no upgrade", () => upgradeRequest(path(), { Upgrade: undefined, Connection: "close" }), /^HTTP\/1.1 426 /],
  ])("%s", async (_what, bytes, answer) => expect((await outcome(bytes())).answer).toMatch(answer));

  test("half a handshake is dropped when the client disconnects", async () => {
    const request = upgradeRequest(path());
    const cuts = [1, 10, Math.floor(request.length / 2), request.length - 1];
    for (const cut of cuts) expect((await outcome(request.slice(0, cut))).closeCode).toBeUndefined();
  });
});

describe("Odd queries are refused by an error and a close:", () => {
  const invalid = ["invalid_connection_request", 4400] as const;
  test.each<[string, () => string, readonly [string, number]]>([
    ["none", () => P2P_SOCKET_PATH, invalid],
    ["nothing behind the mark", () => `${P2P_SOCKET_PATH}?`, invalid],
    ["broken escapes", () => `${P2P_SOCKET_PATH}?%&%zz=%ff&callToken%=1`, invalid],
    ["names of every object", () => `${P2P_SOCKET_PATH}?__proto__=1&constructor=2&hasOwnProperty=3`, invalid],
    ["a list for a token", () => `${P2P_SOCKET_PATH}?callToken[]=a&callToken[]=b`, invalid],
    ["both ways at once", () => `${path()}&callId=1`, invalid],
    ["a NUL in the token", () => `${path()}%00`, ["invalid_token", 4401]],
    ["a statement in the token", () => `${path()}'%20or%201=1--`, ["invalid_token", 4401]],
    ["ten kilobytes of token", () => `${path()}${"x".repeat(10_000)}`, ["invalid_token", 4401]],
    ["a key that is none", () => `${P2P_SOCKET_PATH}?publicKey=%00&callToken=x`, ["unauthorized", 4401]],
    ["a second token", () => `${path()}&callToken=ct_`, ["invalid_connection_request", 4400]],
  ])("%s", async (_what, query, [code, closeCode]) => {
    const heard = await outcome(upgradeRequest(query()));
    expect(errorsIn(heard.texts).map((error) => error.code)).toEqual([code]);
    expect(heard.closeCode).toBe(closeCode);
  });

  test("any query at all", async () => {
    const name = fc.oneof(
      fc.constantFrom("callId", "peerId", "reconnectToken", "callToken"),
      fc.string({ unit: "grapheme" }),
    );
    const query = fc.array(fc.tuple(name, fc.string({ unit: "grapheme", maxLength: 50 })), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(query, async (pairs) => {
        const heard = await outcome(upgradeRequest(socketPath([["publicKey", cluster.publicKey], ...pairs])));
        const [error, ...more] = errorsIn(heard.texts);
        expect(more).toEqual([]);
        expect(`${error?.code} ${heard.closeCode}`).toMatch(
          /^(invalid_connection_request 4400|invalid_token 4401|invalid_reconnect 4401)$/,
        );
      }),
      { numRuns: 25 },
    );
  });
});

test("what is sent before the answer waits for it, and does not disturb a refusal", async () => {
  const { callTokens } = await cluster.createCall();
  const partner = await joins(cluster, String(callTokens[0]));
  const hello = JSON.stringify({ type: "signal", targetPeerId: partner.peerId, signalType: "hello", payload: 1 });
  const query = socketPath({ publicKey: cluster.publicKey, callToken: String(callTokens[1]) });
  await using early = new RawSocket(portOf(cluster));
  early.write(Buffer.concat([Buffer.from(upgradeRequest(query)), frame(OPCODE.text, hello)]));
  expect(await partner.hears("peer_joined")).toBeDefined();
  expect(await partner.hears("signal")).toMatchObject({ signalType: "hello", payload: 1 });
  const refused = await outcome(Buffer.concat([Buffer.from(upgradeRequest(path())), Buffer.from("garbage")]));
  expect(errorsIn(refused.texts).map(({ code }) => code)).toEqual(["invalid_token"]);
  expect(refused.closeCode).toBe(4401);
  await partner.socket.close();
});
