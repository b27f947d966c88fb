import {
  type ErrorCode,
  newCallId,
  newCallToken,
  newPeerId,
  newPublicKey,
  newReconnectToken,
  P2P_SOCKET_PATH,
  Refusal,
} from "@radist-tech/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { readConnectionRequest } from "./connection-request.ts";

const VALID = {
  publicKey: newPublicKey(),
  callToken: newCallToken(),
  callId: newCallId(),
  peerId: newPeerId(),
  reconnectToken: newReconnectToken(),
};
type Name = keyof typeof VALID;
type Given = "absent" | "empty" | "malformed" | "right";

const MALFORMED: Record<Name, string> = {
  publicKey: `${VALID.publicKey}x`,
  callToken: VALID.callToken.slice(0, -1),
  callId: "call-1",
  peerId: "bob",
  reconnectToken: VALID.callToken,
};

const urlOf = (query: Iterable<[string, string]>): string =>
  `${P2P_SOCKET_PATH}?${new URLSearchParams([...query]).toString()}`;

/** The request, or the code of its refusal. Whatever else is thrown is a bug. */
function read(url: string): ReturnType<typeof readConnectionRequest> | ErrorCode {
  try {
    return readConnectionRequest(url);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The rule, as the contract says it: one of the two sets, complete; then the key; then what is in the set. */
function expected(given: Record<Name, Given>): ReturnType<typeof read> {
  const set = (["callToken", "callId", "peerId", "reconnectToken"] as const).filter((name) => given[name] !== "absent");
  const isJoin = set.join() === "callToken";
  const isReconnect = set.join() === "callId,peerId,reconnectToken";
  if (!isJoin && !isReconnect) return "invalid_connection_request";
  if (given.publicKey !== "right") return "unauthorized";
  const { publicKey, callToken, callId, peerId, reconnectToken } = VALID;
  const isRight = set.every((name) => given[name] === "right");
  if (isJoin) return isRight ? { kind: "join", publicKey, callToken, features: [] } : "invalid_token";
  return isRight ? { kind: "reconnect", publicKey, callId, peerId, reconnectToken, features: [] } : "invalid_reconnect";
}

const names = Object.keys(VALID) as Name[];
const ways: Given[] = ["absent", "empty", "malformed", "right"];
const combinations = names.reduce<Record<string, Given>[]>(
  (some, name) => some.flatMap((given) => ways.map((way) => ({ ...given, [name]: way }))),
  [{}],
) as Record<Name, Given>[];

test(`every combination of parameters: ${combinations.length} of them`, () => {
  expect(combinations).toHaveLength(4 ** 5);
  for (const given of combinations) {
    const query = names.flatMap((name): [string, string][] => {
      const text = { absent: undefined, empty: "", malformed: MALFORMED[name], right: VALID[name] }[given[name]];
      return text === undefined ? [] : [[name, text]];
    });
    for (const order of [query, query.toReversed()]) {
      expect(read(urlOf([...order, ["features", "a,b"]])), JSON.stringify(given)).toEqual(expected(given));
    }
  }
});

const { publicKey, callToken } = VALID;
const join: [string, string][] = [
  ["publicKey", publicKey],
  ["callToken", callToken],
];

describe("Read from odd URLs:", () => {
  test.each<[string, string, ReturnType<typeof read>]>([
    ["nothing", "", "invalid_connection_request"],
    ["no query", P2P_SOCKET_PATH, "invalid_connection_request"],
    ["a lone question mark", `${P2P_SOCKET_PATH}?`, "invalid_connection_request"],
    ["broken percent signs", `${urlOf(join)}&x=%&y=%zz&%`, { kind: "join", publicKey, callToken, features: [] }],
    ["bytes that are not UTF-8", `${P2P_SOCKET_PATH}?callToken=%ff%fe`, "unauthorized"],
    [
      "a token behind a fragment",
      `${P2P_SOCKET_PATH}?publicKey=${publicKey}#&callToken=${callToken}`,
      "invalid_connection_request",
    ],
    ["names of every object", `${P2P_SOCKET_PATH}?__proto__=1&constructor=2&toString=3`, "invalid_connection_request"],
    ["names in another case", urlOf(join).replace("callToken", "calltoken"), "invalid_connection_request"],
    ["names in brackets", urlOf(join).replace("callToken", "callToken[]"), "invalid_connection_request"],
    ["a blank behind the token", `${urlOf(join)}%20`, "invalid_token"],
    ["a plus in the token, which is a blank", urlOf(join).replace(/.$/, "+"), "invalid_token"],
    ["ten thousand parameters", `${urlOf(join)}${"&x=1".repeat(10_000)}`, "invalid_connection_request"],
  ])("%s", (_what, url, result) => expect(read(url)).toEqual(result));
});

test("a refusal repeats nothing of what was given", () => {
  try {
    readConnectionRequest(urlOf([...join, ["callToken", MALFORMED.callToken]]));
    expect.unreachable();
  } catch (error) {
    expect(JSON.stringify(error) + String(error)).not.toContain(MALFORMED.callToken.slice(3));
  }
});

test("any query is a request or a refusal", () => {
  const pair = fc.tuple(
    fc.oneof(fc.constantFrom<string>(...names), fc.string({ unit: "binary" })),
    fc.oneof(fc.constantFrom<string>(...Object.values(VALID)), fc.string({ unit: "binary" })),
  );
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
      read(urlOf(pairs));
      read(`${P2P_SOCKET_PATH}?${pairs.map((both) => both.join("=")).join("&")}`);
    }),
    { numRuns: 2_000 },
  );
});

test("A parameter that is given twice is refused: who reads the URL on the way may have taken either.", () => {
  const { publicKey, callToken } = VALID;
  expect(
    read(
      urlOf([
        ["publicKey", publicKey],
        ["callToken", callToken],
        ["callToken", callToken],
      ]),
    ),
  ).toBe("invalid_connection_request");
});
