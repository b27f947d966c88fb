import {
  type ErrorCode,
  newCallToken,
  newPeerId,
  newPublicKey,
  newReconnectToken,
  newRoomId,
  Refusal,
  ROOM_FEATURES,
  ROOM_SOCKET_PATH,
} from "@radist-tech/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type RoomRequest, readRoomRequest } from "./connection-request.ts";

const VALID = {
  publicKey: newPublicKey(),
  roomToken: newCallToken(),
  roomId: newRoomId(),
  peerId: newPeerId(),
  resumeToken: newReconnectToken(),
};
type Name = keyof typeof VALID;
type Given = "absent" | "empty" | "malformed" | "right";

const MALFORMED: Record<Name, string> = {
  publicKey: `${VALID.publicKey}x`,
  roomToken: VALID.roomToken.slice(0, -1),
  roomId: "room-1",
  peerId: "bob",
  resumeToken: VALID.roomToken,
};

const urlOf = (query: Iterable<[string, string]>): string =>
  `${ROOM_SOCKET_PATH}?${new URLSearchParams([...query]).toString()}`;

/** The request, or the code of its refusal. Whatever else is thrown is a bug. */
function read(url: string): ReturnType<typeof readRoomRequest> | ErrorCode {
  try {
    return readRoomRequest(url);
  } catch (error) {
    if (error instanceof Refusal) return error.code;
    throw error;
  }
}

/** The rule, as the contract says it: one of the two sets, complete; then the key; then what is in the set. */
function expected(given: Record<Name, Given>): ReturnType<typeof read> {
  const set = (["roomToken", "roomId", "peerId", "resumeToken"] as const).filter((name) => given[name] !== "absent");
  const isJoin = set.join() === "roomToken";
  const isResume = set.join() === "roomId,peerId,resumeToken";
  if (!isJoin && !isResume) return "invalid_connection_request";
  if (given.publicKey !== "right") return "unauthorized";
  const { publicKey, roomToken, roomId, peerId, resumeToken } = VALID;
  const isRight = set.every((name) => given[name] === "right");
  const features: [] = [];
  if (isJoin) return isRight ? { kind: "join", publicKey, roomToken, features } : "invalid_token";
  return isRight ? { kind: "resume", publicKey, roomId, peerId, resumeToken, features } : "invalid_reconnect";
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
      expect(read(urlOf([...order, ["callToken", "x"]])), JSON.stringify(given)).toEqual(expected(given));
    }
  }
});

const { publicKey, roomToken } = VALID;
const join: [string, string][] = [
  ["publicKey", publicKey],
  ["roomToken", roomToken],
];
const joined: RoomRequest = { kind: "join", publicKey, roomToken, features: [] };

describe("Features:", () => {
  test.each<[string, string, string[]]>([
    ["none", "", []],
    ["all", ROOM_FEATURES.join(), [...ROOM_FEATURES]],
    ["one twice", "media,media", ["media"]],
    ["unknown ones beside known ones", "presence,telepathy,resume", ["presence", "resume"]],
    ["names of every object", "constructor,toString,__proto__", []],
    ["blanks around them", " media , data", []],
    ["another case", "MEDIA", []],
    ["nothing but commas", ",,,", []],
  ])("%s", (_what, features, understood) => {
    expect(read(urlOf([...join, ["features", features]]))).toEqual({ ...joined, features: understood });
  });
});

describe("Read from odd URLs:", () => {
  test.each<[string, string, ReturnType<typeof read>]>([
    ["nothing", "", "invalid_connection_request"],
    ["no query", ROOM_SOCKET_PATH, "invalid_connection_request"],
    ["a lone question mark", `${ROOM_SOCKET_PATH}?`, "invalid_connection_request"],
    ["broken percent signs", `${urlOf(join)}&x=%&y=%zz&%`, joined],
    ["bytes that are not UTF-8", `${ROOM_SOCKET_PATH}?roomToken=%ff%fe`, "unauthorized"],
    [
      "a token behind a fragment",
      `${ROOM_SOCKET_PATH}?publicKey=${publicKey}#&roomToken=${roomToken}`,
      "invalid_connection_request",
    ],
    ["names of every object", `${ROOM_SOCKET_PATH}?__proto__=1&constructor=2&toString=3`, "invalid_connection_request"],
    ["names in another case", urlOf(join).replace("roomToken", "roomtoken"), "invalid_connection_request"],
    ["a call's name for the token", urlOf(join).replace("roomToken", "callToken"), "invalid_connection_request"],
    ["a blank behind the token", `${urlOf(join)}%20`, "invalid_token"],
    ["a plus in the token, which is a blank", urlOf(join).replace(/.$/, "+"), "invalid_token"],
    ["ten thousand parameters", `${urlOf(join)}${"&x=1".repeat(10_000)}`, "invalid_connection_request"],
  ])("%s", (_what, url, result) => expect(read(url)).toEqual(result));
});

test("a refusal repeats nothing of the query", () => {
  try {
    readRoomRequest(urlOf([...join, ["roomToken", MALFORMED.roomToken]]));
    expect.unreachable();
  } catch (error) {
    expect(JSON.stringify(error) + String(error)).not.toContain(MALFORMED.roomToken.slice(3));
  }
});

test("every query is a request or a refusal", () => {
  const pair = fc.tuple(
    fc.oneof(fc.constantFrom<string>(...names, "features"), fc.string({ unit: "binary" })),
    fc.oneof(fc.constantFrom<string>(...Object.values(VALID)), fc.string({ unit: "binary" })),
  );
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 8 }), (pairs) => {
      read(urlOf(pairs));
      read(`${ROOM_SOCKET_PATH}?${pairs.map((both) => both.join("=")).join("&")}`);
    }),
    { numRuns: 2_000 },
  );
});

test("A parameter that is given twice is refused: who reads the URL on the way may have taken either.", () => {
  const { publicKey, roomToken } = VALID;
  expect(
    read(
      urlOf([
        ["publicKey", publicKey],
        ["roomToken", roomToken],
        ["roomToken", roomToken],
      ]),
    ),
  ).toBe("invalid_connection_request");
});
