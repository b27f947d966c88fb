import { P2P_SOCKET_PATH, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { RadistServerClient, RadistServerError } from "@radist-tech/server";
import { connectSocket, type TestSocket } from "@radist-tech/testkit";
import { expect } from "vitest";
import { type Nodes, PLANES, type Plane } from "./nodes.ts";

/** A busy machine may take its time; none of these waits for nothing. */
const PATIENCE_MS = 60_000;

const PATHS = { signaling: P2P_SOCKET_PATH, sfu: ROOM_SOCKET_PATH };

/** Tells of each refusal. */
function backend(nodes: Nodes): RadistServerClient {
  const { projectId, secretKey } = nodes.project;
  const apiBaseUrl = `${nodes.url("api", 0)}/api/v1`;
  return new RadistServerClient(secretKey, { projectId, apiBaseUrl, retries: 0, timeoutMs: PATIENCE_MS });
}

/** Tokens of a call, for two people, and one of a room. */
export interface Tokens {
  readonly callTokens: readonly string[];
  readonly roomTokens: readonly string[];
}

/**
 * What the platform is for, by way of every plane: a call that two people join, a room that somebody joins, lists and
 * reports. Like clients it tries again while something is unavailable.
 */
export async function useEveryPlane(nodes: Nodes): Promise<void> {
  await joinWith(nodes, await createCallAndRoom(nodes));
  const client = backend(nodes);
  expect((await whenAvailable(() => client.listCalls())).total).toBeGreaterThan(0);
  await whenAvailable(() => client.getUsage());
}

export async function createCallAndRoom(nodes: Nodes): Promise<Tokens> {
  const client = backend(nodes);
  const { callTokens } = await whenAvailable(() => client.createP2PConnection());
  const { roomTokens } = await whenAvailable(() => client.createRoom({ tokens: 1 }));
  return { callTokens, roomTokens };
}

export async function joinWith(nodes: Nodes, { callTokens, roomTokens }: Tokens): Promise<void> {
  await using alice = await joins(nodes, "signaling", { callToken: String(callTokens[0]) });
  await using bob = await joins(nodes, "signaling", { callToken: String(callTokens[1]) });
  expect(await alice.next("peer_joined")).toMatchObject({ peerId: bob.messages[0]?.peerId });
  await using carol = await joins(nodes, "sfu", { roomToken: String(roomTokens[0]) });
  expect(carol.messages[0]).toMatchObject({ type: "room-joined" });
}

/** Opens a socket of the project. */
export function open(nodes: Nodes, plane: "signaling" | "sfu", query: Record<string, string>): Promise<TestSocket> {
  const parameters = new URLSearchParams({ publicKey: nodes.project.publicKey, ...query });
  return connectSocket(`${nodes.url(plane, 0).replace("http", "ws")}${PATHS[plane]}?${parameters.toString()}`);
}

/** Resolves when a node of each plane says that it can serve. */
export async function everyPlaneIsReady(nodes: Nodes): Promise<void> {
  const status = async (plane: Plane): Promise<number> => (await fetch(`${nodes.url(plane, 0)}/readyz`)).status;
  for (const plane of PLANES) await expect.poll(() => status(plane)).toBe(200);
}

/** What `/readyz` of a plane says of each thing that it needs. */
export async function checksOf(nodes: Nodes, plane: Plane): Promise<Readonly<Record<string, boolean>>> {
  const answer = (await (await fetch(`${nodes.url(plane, 0)}/readyz`)).json()) as { checks: Record<string, boolean> };
  return answer.checks;
}

/** How the api answers a backend that creates a call. */
export async function answerToCreation(nodes: Nodes) {
  const { projectId, secretKey } = nodes.project;
  const response = await fetch(`${nodes.url("api", 0)}/api/v1/projects/${projectId}/calls`, {
    method: "POST",
    headers: { authorization: `Bearer ${secretKey}` },
  });
  const { code } = (await response.json()) as { code?: string };
  return { status: response.status, code, retryAfter: response.headers.get("retry-after") };
}

async function joins(nodes: Nodes, plane: "signaling" | "sfu", token: Record<string, string>): Promise<TestSocket> {
  const attempt = crypto.randomUUID();
  for (;;) {
    const socket = await open(nodes, plane, { ...token, attempt });
    const first = await socket.next();
    if (first.type !== "error") return socket;
    await socket.closed;
    if (first.code !== "unavailable") throw new Error(`The socket was refused: ${JSON.stringify(first)}`);
  }
}

async function whenAvailable<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RadistServerError) || error.code !== "unavailable") throw error;
    }
  }
}
