import { describe, expect, test } from "vitest";
import {
  CallId,
  Epoch,
  KeyId,
  NodeId,
  newCallId,
  newKeyId,
  newNodeId,
  newPeerId,
  newProjectId,
  PeerId,
  ProjectId,
} from "./ids.ts";

test.each([
  ["project id", newProjectId, ProjectId],
  ["key id", newKeyId, KeyId],
  ["call id", newCallId, CallId],
  ["peer id", newPeerId, PeerId],
  ["node id", newNodeId, NodeId],
])("a new %s passes its schema and is new", (_name, make, schema) => {
  const ids = Array.from({ length: 1_000 }, (): string => make());
  for (const id of ids) expect(schema.safeParse(id).success).toBe(true);
  expect(new Set(ids).size).toBe(1_000);
});

test("a new peer id has 16 base62 characters", () => expect(newPeerId()).toMatch(/^peer_[0-9A-Za-z]{16}$/));

describe("accepts", () => {
  test.each([
    ["the contract's example of a call", CallId, "550e8400-e29b-41d4-a716-446655440000"],
    ["the contract's example of a peer", PeerId, "peer_a1b2c3"],
    ["a host name as node", NodeId, "signaling-1"],
    ["the first epoch", Epoch, 0],
  ])("%s", (_what, schema, value) => expect(schema.safeParse(value).success).toBe(true));
});

describe("refuses", () => {
  test.each([
    ["a call id without dashes", CallId, "550e8400e29b41d4a716446655440000"],
    ["a call id in braces", CallId, "{550e8400-e29b-41d4-a716-446655440000}"],
    ["a call id and more", CallId, "550e8400-e29b-41d4-a716-446655440000 "],
    ["a call id that is none", CallId, "' or 1=1 --"],
    ["an empty peer id", PeerId, "peer_"],
    ["a peer id of another alphabet", PeerId, "peer_a-b"],
    ["an endless peer id", PeerId, `peer_${"a".repeat(33)}`],
    ["a node id that would be two subject tokens", NodeId, "a.b"],
    ["a node id that is a wildcard", NodeId, "*"],
    ["an empty node id", NodeId, ""],
    ["a node id that is too long", NodeId, "n".repeat(65)],
    ["a negative epoch", Epoch, -1],
    ["half an epoch", Epoch, 0.5],
    ["an epoch beyond exact integers", Epoch, 2 ** 53],
  ])("%s", (_what, schema, value) => expect(schema.safeParse(value).success).toBe(false));
});
