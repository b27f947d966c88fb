import { describe, expect, test } from "vitest";
import { newCallToken, newPublicKey, newReconnectToken } from "./credentials.ts";
import { ERRORS } from "./errors.ts";
import {
  CALL_LEFT_CLOSE,
  CallLeftReason,
  JoinQuery,
  P2PClientMessage,
  P2PServerMessage,
  ReconnectQuery,
} from "./p2p.ts";

const parse = (frame: string) => P2PClientMessage.safeParse(JSON.parse(frame));
const signal = (fields: object) => ({ type: "signal", targetPeerId: "peer_d4e5f6", signalType: "offer", ...fields });

describe("a client's message is accepted:", () => {
  test.each([
    ["an offer", signal({ payload: { type: "offer", sdp: "v=0\r\n" } })],
    ["a signal without payload", signal({})],
    ["a payload of null", signal({ payload: null })],
    ["a payload that is a text", signal({ payload: "candidate:1" })],
    ["a signal with every sign that its type may have", signal({ signalType: "Az09_.:-" })],
    ["a signal type of 64 characters", signal({ signalType: "s".repeat(64) })],
    ["a request id", signal({ requestId: "1" })],
    ["a request id of 128 characters", { type: "leave", requestId: "r".repeat(128) }],
    ["leave", { type: "leave" }],
    ["a report of a failure", { type: "ice-failure", reason: "udp_blocked" }],
    ["a reason of a later release", { type: "ice-failure", reason: "quantum_noise" }],
    ["a field that nobody knows", { type: "leave", since: 1 }],
  ])("%s", (_what, message) => expect(P2PClientMessage.safeParse(message).success).toBe(true));
});

describe("a client's message is refused:", () => {
  test.each([
    ["no type", {}],
    ["an unknown type", { type: "join" }],
    ["a type that every object has", { type: "constructor" }],
    ["a type that is no text", { type: ["leave"] }],
    ["nothing", null],
    ["an array", [{ type: "leave" }]],
    ["a text", "leave"],
    ["a signal without target", { type: "signal", signalType: "offer" }],
    ["a target that is no peer", signal({ targetPeerId: "alice" })],
    ["an empty signal type", signal({ signalType: "" })],
    ["a signal type of 65 characters", signal({ signalType: "s".repeat(65) })],
    ["a signal type with a blank", signal({ signalType: "an offer" })],
    ["a signal type with a line feed at its end", signal({ signalType: "offer\n" })],
    ["a signal type outside ASCII", signal({ signalType: "offér" })],
    ["an empty request id", { type: "leave", requestId: "" }],
    ["a request id of 129 characters", { type: "leave", requestId: "r".repeat(129) }],
    ["a failure without reason", { type: "ice-failure" }],
    ["a reason in prose", { type: "ice-failure", reason: "UDP is blocked." }],
    ["a reason of 65 characters", { type: "ice-failure", reason: "r".repeat(65) }],
    ["a request id that is a number", { type: "leave", requestId: 1 }],
  ])("%s", (_what, message) => expect(P2PClientMessage.safeParse(message).success).toBe(false));

  test("the problem names the field", () => {
    const { error } = P2PClientMessage.safeParse(signal({ signalType: "an offer" }));
    expect(error?.issues.map((issue) => issue.path.join("."))).toEqual(["signalType"]);
  });
});

describe("hostile JSON", () => {
  test("__proto__ in a message neither gives it fields nor reaches other objects", () => {
    const result = parse('{"type":"leave","__proto__":{"requestId":"mine","polluted":true}}');
    expect(result.data).toEqual({ type: "leave" });
    expect(Object.keys(result.data ?? {})).toEqual(["type"]);
    expect("polluted" in {}).toBe(false);
  });

  test("__proto__ in place of the required fields is not taken for them", () => {
    expect(parse('{"__proto__":{"type":"leave"}}').success).toBe(false);
  });

  test("__proto__ in a payload travels as the plain field that it is", () => {
    const frame =
      '{"type":"signal","targetPeerId":"peer_a","signalType":"offer","payload":{"__proto__":{"polluted":true}}}';
    const { data } = parse(frame);
    expect(JSON.stringify(data)).toBe(frame);
    expect("polluted" in {}).toBe(false);
  });

  test("deep nesting in a payload is not walked", () => {
    const depth = 30_000;
    const frame = `{"type":"signal","targetPeerId":"peer_a","signalType":"offer","payload":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(parse(frame).success).toBe(true);
  });

  test("a lone surrogate in a request id comes back as it was written", () => {
    const frame = '{"type":"leave","requestId":"\\ud800"}';
    const { data } = parse(frame);
    expect(JSON.stringify(data)).toBe(frame);
  });

  test("a lone surrogate is no signal type and no peer", () => {
    expect(P2PClientMessage.safeParse(signal({ signalType: "\ud800" })).success).toBe(false);
    expect(P2PClientMessage.safeParse(signal({ targetPeerId: "peer_\udfff" })).success).toBe(false);
  });
});

describe("a socket's query", () => {
  const publicKey = newPublicKey();
  const again = {
    publicKey,
    callId: "550e8400-e29b-41d4-a716-446655440000",
    peerId: "peer_a1b2c3",
    reconnectToken: newReconnectToken(),
  };

  test("joins by key and token", () => {
    expect(JoinQuery.safeParse({ publicKey, callToken: newCallToken() }).success).toBe(true);
    expect(JoinQuery.safeParse({ publicKey }).success).toBe(false);
    expect(JoinQuery.parse({ publicKey, callToken: newCallToken(), features: "ice,holograms" }).features).toEqual([
      "ice",
    ]);
    expect(JoinQuery.safeParse({ publicKey, callToken: newReconnectToken() }).success).toBe(false);
  });

  test("reconnects by the full payload only", () => {
    expect(ReconnectQuery.parse(again)).toEqual({ ...again, features: [] });
    expect(ReconnectQuery.parse({ ...again, features: "ice" }).features).toEqual(["ice"]);
    for (const name of Object.keys(again)) {
      expect(ReconnectQuery.safeParse({ ...again, [name]: undefined }).success).toBe(false);
    }
  });
});

describe("a server's message", () => {
  const call = {
    callId: "550e8400-e29b-41d4-a716-446655440000",
    createdAt: "2026-05-05T10:30:00.000Z",
    updatedAt: "2026-05-05T10:31:00.000Z",
    peers: [{ peerId: "peer_a1b2c3", status: "connected", updatedAt: "2026-05-05T10:31:00.000Z" }],
  };
  const of = (fields: object) => ({ callId: call.callId, peerId: "peer_a1b2c3", call, ...fields });

  test.each([
    of({ type: "call_joined", reconnectToken: newReconnectToken() }),
    of({ type: "call_joined", reconnectToken: newReconnectToken(), iceServers: [{ urls: ["stun:stun.example.com"] }] }),
    { type: "ice-servers", iceServers: [{ urls: ["turn:turn.example.com"], username: "u", credential: "c" }] },
    of({ type: "call_reconnected" }),
    of({ type: "call_reconnected", reconnectToken: newReconnectToken() }),
    of({ type: "peer_joined" }),
    of({ type: "peer_reconnected" }),
    of({ type: "peer_left", reason: "expired" }),
    of({ type: "call_left", reason: "idle", requestId: "1" }),
    { type: "error", code: "peer_not_found", message: ERRORS.peer_not_found.message },
  ])("$type is one of the contract", (message) => {
    expect(P2PServerMessage.parse(message)).toEqual(message);
  });

  test.each([
    ["call_joined without reconnect token", of({ type: "call_joined" })],
    ["peer_left for a reason of its own", of({ type: "peer_left", reason: "bored" })],
    ["an error that the table does not know", { type: "error", code: "oops", message: "Oops." }],
    [
      "a call with three peers",
      of({ type: "peer_joined", call: { ...call, peers: [0, 1, 2].map(() => call.peers[0]) } }),
    ],
    ["a date without time zone", of({ type: "peer_joined", call: { ...call, updatedAt: "2026-05-05T10:31:00.000" } })],
  ])("%s is none", (_what, message) => expect(P2PServerMessage.safeParse(message).success).toBe(false));
});

test("every reason to leave a call has its close code", () => {
  expect(CALL_LEFT_CLOSE).toEqual({ left: 1000, superseded: 4409, terminated: 4410, idle: 4410 });
  expect(Object.keys(CALL_LEFT_CLOSE).toSorted()).toEqual([...CallLeftReason.options].toSorted());
});
