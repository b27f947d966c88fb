import { CallDetails, CreatedCall, MintedRoomToken, RoomDetails, Usage } from "@radist-tech/protocol";
import { afterAll, expect, test } from "vitest";
import { expectError } from "./testing/errors.ts";
import { placeParticipant, seatPeer } from "./testing/peers.ts";
import { startApi } from "./testing/start-api.ts";

const api = await startApi({ databaseUrl: "pglite:memory" });
afterAll(() => api[Symbol.asyncDispose]());

test("the life of a call is the same on the embedded database", async () => {
  const project = await api.client.project({ allowedOrigins: ["https://a.example"] });
  const { callId } = await project.call();
  expect((await project.mint(callId, { headers: { origin: "https://a.example" } })).status).toBe(200);
  expect((await project.mint(callId, { headers: { origin: "https://b.example" } })).status).toBe(403);
  await seatPeer(api.connection, callId, "connected");
  await seatPeer(api.connection, callId, "disconnected");
  expectError(await project.mint(callId), 409, "All peers are already connected.", "peers_connected");
  expect(CallDetails.parse((await project.ask("GET", `/calls/${callId}`)).body).peers).toHaveLength(2);
  expect((await project.ask("DELETE", `/calls/${callId}`)).status).toBe(204);
  expectError(await project.mint(callId), 410, "Call has been terminated.", "call_terminated");
  expect((await project.ask("GET", "/calls")).body).toMatchObject({ total: 1 });
});

test("the life of a room is the same on the embedded database", async () => {
  const project = await api.client.project();
  const { roomId } = await project.room({ metadata: "1", maxParticipants: 3 });
  const participant = { identity: "ann", metadata: { seat: [1, "2", null] } };
  const minted = await project.ask("POST", `/rooms/${roomId}/tokens`, { json: { participant } });
  expect(MintedRoomToken.parse(minted.body).roomToken).toMatch(/^ct_/);
  const peerId = await placeParticipant(api.connection, roomId, participant);
  const room = RoomDetails.parse((await project.ask("GET", `/rooms/${roomId}`)).body);
  expect(room).toMatchObject({ metadata: "1", maxParticipants: 3, participants: [{ peerId, ...participant }] });
  expect((await project.ask("DELETE", `/rooms/${roomId}/participants/${peerId}`)).status).toBe(204);
  expect((await project.ask("DELETE", `/rooms/${roomId}`)).status).toBe(204);
  expectError(
    await project.ask("POST", `/rooms/${roomId}/tokens`),
    410,
    "Room has been terminated.",
    "room_terminated",
  );
  expect(Usage.parse((await project.ask("GET", "/usage")).body).intervals.length).toBeGreaterThanOrEqual(30);
});

test("twins make one call", async () => {
  const project = await api.client.project();
  const headers = { "idempotency-key": "twin" };
  const answers = await Promise.all(Array.from({ length: 20 }, () => project.ask("POST", "/calls", { headers })));
  expect(new Set(answers.map(({ body }) => CreatedCall.parse(body).callId)).size).toBe(1);
});

test("the limit is exact", async () => {
  const project = await api.client.project({ connectionLimit: 3 });
  const answers = await Promise.all(Array.from({ length: 20 }, () => project.ask("POST", "/calls")));
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(3);
});

test("keys are listed, revoked and refused", async () => {
  const project = await api.client.project();
  const keys = await api.client.asAdmin("GET", `/projects/${project.projectId}/keys`);
  const [key] = keys.body as { keyId: string }[];
  await api.client.asAdmin("DELETE", `/projects/${project.projectId}/keys/${key?.keyId}`);
  const answer = await project.ask("GET", "/calls");
  expectError(answer, 401, "Invalid project id or secret key.", "invalid_secret_key");
});
