import { ALICE, NOW } from "@radist-tech/calls/testing";
import { type CallId, type PeerId, SignalReceived, type SignalType } from "@radist-tech/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { jsonText } from "../testing/json-text.ts";
import { signalFrame } from "./frame.ts";

const signal = {
  callId: "550e8400-e29b-41d4-a716-446655440000" as CallId,
  from: ALICE,
  signalType: "ice-candidate" as SignalType,
  at: NOW,
};

test("is a message of the contract", () => {
  const frame = JSON.parse(signalFrame('{"type":"signal","payload":{"candidate":""}}', signal)) as unknown;
  expect(frame).toEqual({
    type: "signal",
    callId: signal.callId,
    fromPeerId: ALICE,
    signalType: "ice-candidate",
    payload: { candidate: "" },
    occurredAt: "2026-05-05T12:00:00.000Z",
  });
  expect(SignalReceived.parse(frame)).toEqual(frame);
});

test("has null for a payload where there was none or null", () => {
  expect(JSON.parse(signalFrame('{"type":"signal"}', signal))).toHaveProperty("payload", null);
  expect(JSON.parse(signalFrame('{"payload":null}', signal))).toHaveProperty("payload", null);
});

test("carries any payload unchanged, and nothing in a payload can change what is around it", () => {
  fc.assert(
    fc.property(jsonText, (payload) => {
      const frame = signalFrame(`{"payload":1,"type":"signal","payload":${payload},"x":[]}`, signal);
      expect(frame).toContain(`,"payload":${payload.trim()},"occurredAt":"`);
      const { payload: _, ...head } = JSON.parse(frame) as Record<string, unknown>;
      expect(head).toEqual({
        type: "signal",
        callId: signal.callId,
        fromPeerId: ALICE,
        signalType: "ice-candidate",
        occurredAt: NOW.toISOString(),
      });
    }),
    { numRuns: 1_000 },
  );
});

test("needs no escapes, since ids and names that the schema accepts have none", () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-zA-Z0-9_.:-]{1,64}$/),
      fc.stringMatching(/^peer_[0-9A-Za-z]{1,32}$/),
      (type, from) => {
        const frame = signalFrame("{}", { ...signal, signalType: type as SignalType, from: from as PeerId });
        expect(JSON.parse(frame)).toMatchObject({ signalType: type, fromPeerId: from });
      },
    ),
  );
});
