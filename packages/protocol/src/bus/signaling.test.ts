import { expect, test } from "vitest";
import { newCallId, newNodeId, newPeerId, newProjectId } from "../ids.ts";
import { CallNotification, Control, SUBJECTS } from "./signaling.ts";

test("a node's subjects are its own and have no wildcard", () => {
  const [mine, other] = [newNodeId(), newNodeId()];
  const subjects = [SUBJECTS.callEvents, SUBJECTS.signals, SUBJECTS.releases].flatMap((subject) => [
    subject(mine),
    subject(other),
  ]);
  expect(new Set(subjects).size).toBe(6);
  for (const subject of [...subjects, SUBJECTS.control]) expect(subject).toMatch(/^[a-z]+(\.[0-9A-Za-z_-]+)+$/);
});

test("what travels on them survives JSON", () => {
  const callId = newCallId();
  const at = new Date(0).toISOString();
  const call = { callId, createdAt: at, updatedAt: at, peers: [] };
  const [to, peerId] = [newPeerId(), newPeerId()];
  const view = { version: 3, peers: [{ peerId: to, status: "connected", epoch: 1, nodeId: newNodeId() }] };
  const messages = [{ type: "peer_left", callId, peerId, reason: "left", call }];
  const event = { callId, to, epoch: 1, view, messages };
  expect(CallNotification.parse(JSON.parse(JSON.stringify(event)))).toEqual(event);
  for (const control of [
    { type: "call_ended", callId, reason: "terminated" },
    { type: "project_deleted", projectId: newProjectId() },
  ]) {
    expect(Control.parse(JSON.parse(JSON.stringify(control)))).toEqual(control);
  }
});
