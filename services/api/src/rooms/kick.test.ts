import { roomPeers, roomTokens, transact, usageSessions } from "@radist-tech/db";
import { newNodeId, newPeerId, type ProjectId } from "@radist-tech/protocol";
import { RoomControl, SFU_SUBJECTS } from "@radist-tech/protocol/bus";
import { openSession } from "@radist-tech/usage";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import type { ProjectClient } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { placeParticipant } from "../testing/peers.ts";
import { startApi } from "../testing/start-api.ts";

const api = await startApi();
afterAll(() => api[Symbol.asyncDispose]());
const { connection } = api;
const NOT_FOUND = [404, "Participant not found.", "participant_not_found"] as const;

const kick = (project: ProjectClient, roomId: string, peerId: string) =>
  project.ask("DELETE", `/rooms/${roomId}/participants/${peerId}`);
const mintFor = (project: ProjectClient, roomId: string, identity?: string) =>
  project.ask("POST", `/rooms/${roomId}/tokens`, { json: { participant: { identity } } });
const unusedIn = async (roomId: string) => {
  const rows = await connection.db.select().from(roomTokens).where(eq(roomTokens.roomId, roomId));
  return rows.filter(({ usedAt }) => usedAt === null).map(({ identity }) => identity);
};

async function nextControl(work: () => Promise<unknown>): Promise<RoomControl> {
  const heard = Promise.withResolvers<RoomControl>();
  await using _listening = await api.bus.subscribe(SFU_SUBJECTS.control, (data) =>
    heard.resolve(RoomControl.parse(JSON.parse(new TextDecoder().decode(data)))),
  );
  await work();
  return await heard.promise;
}

const seatWithUsage = async (project: ProjectClient, roomId: string, identity: string | null) => {
  const peerId = await placeParticipant(connection, roomId, { identity });
  const entry = {
    projectId: project.projectId as ProjectId,
    kind: "room",
    subjectId: roomId,
    peerId,
    identity,
  } as const;
  await transact(connection, (tx) => openSession(tx, entry, { nodeId: newNodeId(), nodeEpoch: 1 }));
  return peerId;
};

describe("DELETE …/rooms/:roomId/participants/:peerId", () => {
  test("frees the seat, voids the identity's tokens, closes the session, and is announced to the nodes", async () => {
    const project = await api.client.project();
    const { roomId } = await project.room({ tokens: 1 });
    const elsewhere = await project.room({ tokens: 1 });
    for (const room of [roomId, roomId, elsewhere.roomId]) await mintFor(project, room, "ann");
    await mintFor(project, roomId, "bob");
    const ann = await seatWithUsage(project, roomId, "ann");
    const bob = await seatWithUsage(project, roomId, "bob");

    const control = await nextControl(async () => {
      expect(await kick(project, roomId, ann)).toMatchObject({ status: 204, body: "" });
    });
    expect(control).toEqual({ type: "participant_kicked", roomId, peerId: ann });
    const left = await connection.db.select().from(roomPeers).where(eq(roomPeers.roomId, roomId));
    expect(left.map(({ peerId }) => peerId)).toEqual([bob]);
    expect(new Set(await unusedIn(roomId))).toEqual(new Set(["bob", null]));
    expect(new Set(await unusedIn(elsewhere.roomId))).toEqual(new Set(["ann", null]));
    const sessions = await connection.db.select().from(usageSessions).where(eq(usageSessions.subjectId, roomId));
    expect(Object.fromEntries(sessions.map(({ peerId, closeReason }) => [peerId, closeReason]))).toEqual({
      [ann]: "kicked",
      [bob]: null,
    });
  });

  test("of a participant without an identity voids no tokens", async () => {
    const project = await api.client.project();
    const { roomId } = await project.room({ tokens: 2 });
    const peerId = await placeParticipant(connection, roomId);
    expect((await kick(project, roomId, peerId)).status).toBe(204);
    expect(await unusedIn(roomId)).toEqual([null, null]);
  });

  test("is refused for a participant that is not there, the second time, and in an ended room", async () => {
    const project = await api.client.project();
    const { roomId } = await project.room();
    const other = await project.room();
    const peerId = await placeParticipant(connection, roomId);
    for (const id of [newPeerId(), "nonsense", "%00"]) expectError(await kick(project, roomId, id), ...NOT_FOUND);
    expectError(await kick(project, other.roomId, peerId), ...NOT_FOUND);
    const answers = await Promise.all(Array.from({ length: 8 }, () => kick(project, roomId, peerId)));
    expect(answers.filter(({ status }) => status === 204)).toHaveLength(1);
    for (const answer of answers.filter(({ status }) => status !== 204)) expectError(answer, ...NOT_FOUND);
    const last = await placeParticipant(connection, other.roomId);
    await project.ask("DELETE", `/rooms/${other.roomId}`);
    expectError(await kick(project, other.roomId, last), ...NOT_FOUND);
  });
});
