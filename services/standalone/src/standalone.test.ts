import { once } from "node:events";
import { symlink, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { RadistServerClient } from "@radist-tech/server";
import { DEFAULT_WORKER_BIN } from "@radist-tech/sfu";
import { type OwnService, reservePort, startProcess } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { ADMIN_TOKEN, MEDIA, printed, startStandalone, temporaryDirectory } from "./testing/platform.ts";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));
const CHECK_SETTINGS = fileURLToPath(new URL("check-settings.ts", import.meta.url));

test("kill -9 and a second start: same keys, same calls, and events go on, under the same address", {
  timeout: 120_000,
}, async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  const port = await reservePort();
  const apiBaseUrl = `http://127.0.0.1:${port}/api/v1`;
  const { process: first } = await startStandalone(data, { PORT: String(port) });
  const secretKey = printed(first.output, "Secret key");
  const projectId = printed(first.output, "Project id");
  expect(first.output).toContain(`http://localhost:${port}/`);
  const server = new RadistServerClient(secretKey, { projectId, apiBaseUrl });
  const { callId } = await server.createP2PConnection();
  const types = ["project.created", "key.created"] as const;
  const events = server.events({ types })[Symbol.asyncIterator]();
  const created = (await events.next()).value;
  expect(created).toMatchObject({ type: "project.created", subject: { kind: "project", id: projectId }, seq: 1 });
  first.signal("SIGKILL");
  await first.exited;

  await using started = await startStandalone(data, { PORT: String(port) });
  const { process: second } = started;
  expect(second.output).toContain(`Secret key   in ${join(data, "secrets.json")}`);
  expect(second.output).not.toContain(secretKey);
  expect(await server.getCall(callId)).toMatchObject({ callId, accessControl: "private", tombstonedAt: null });
  const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, "content-type": "application/json" };
  const body = JSON.stringify({ name: "after the restart" });
  await fetch(`${apiBaseUrl}/projects/${projectId}/keys`, { method: "POST", headers, body });
  const resumed = server.events({ types, after: created?.cursor })[Symbol.asyncIterator]();
  for (const iterator of [events, resumed]) {
    expect((await iterator.next()).value).toMatchObject({ type: "key.created", seq: 2, data: { name: "default" } });
    expect((await iterator.next()).value).toMatchObject({ seq: 3, data: { name: "after the restart" } });
  }
  second.signal("SIGTERM");
  expect(await second.exited, second.output).toBe(0);
});

test("a port or a folder that cannot be had is a problem of its setting, told without a stack", {
  tags: ["long"],
}, async () => {
  await using directory = await temporaryDirectory();
  await using taken = createServer().listen(0, "127.0.0.1");
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const data = join(directory.path, "data");
  const env = { HOST: "127.0.0.1", PORT: String(port), RADIST_DATA_DIR: data, MEDIA_PORT: "0" };
  const inUse = await failedStart(env);
  expect(inUse).toContain(`  - PORT: ${port} is in use by another program. Stop that program, or choose another port.`);

  const file = join(directory.path, "file");
  await writeFile(file, "");
  const noFolder = await failedStart({ ...env, RADIST_DATA_DIR: file });
  expect(noFolder).toContain(`  - RADIST_DATA_DIR: ${file} cannot be used (EEXIST`);
  expect(await failedStart({ ...env, RADIST_DATA_DIR: "/proc/nope" })).toContain(
    "  - RADIST_DATA_DIR: /proc/nope cannot",
  );
  expect(inUse + noFolder).not.toMatch(/\n\s+at /);
});

test("a media port that is taken keeps rooms waiting, not calls, and rooms are there when it is free", {
  tags: ["long"],
}, async () => {
  await using directory = await temporaryDirectory();
  const mediaPort = await reservePort();
  const taken = createServer().listen(mediaPort, "0.0.0.0");
  await once(taken, "listening");
  const env = { MEDIA_PORT: String(mediaPort), MEDIA_WORKERS: "1" };
  await using platform = await startStandalone(join(directory.path, "data"), env);
  const { process: started, url, port } = platform;
  const server = new RadistServerClient(printed(started.output, "Secret key"), {
    projectId: printed(started.output, "Project id"),
    apiBaseUrl: `${url}/api/v1`,
  });
  await server.createP2PConnection();
  await expect.poll(() => started.output).toContain(`MEDIA_PORT: ${mediaPort}`);
  const { roomTokens } = await server.createRoom();
  const query = new URLSearchParams({
    publicKey: printed(started.output, "Public key"),
    roomToken: roomTokens[0] ?? "",
  });
  const joining = async () => {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/sfu/signaling/ws?${query}`);
    const [{ data }] = (await once(socket, "message")) as [MessageEvent<string>];
    socket.close();
    return JSON.parse(data);
  };
  expect(await joining()).toMatchObject({ type: "error", code: "unavailable" });
  taken.close();
  await expect.poll(async () => (await joining()).type, { timeout: 20_000, interval: 500 }).toBe("room-joined");
});

test("a wrong configuration lists every problem and exits 1", async () => {
  const env = { PORT: "many", LOG_LEVEL: "loud", RECONNECT_WINDOW_MS: "-1" };
  const output = await failedStart(env);
  for (const name of Object.keys(env)) expect(output).toContain(name);
  const checked = await failedStart(env, CHECK_SETTINGS);
  expect(checked).toBe(output);
});

test("Ctrl+C on a terminal, which signals the media workers, too, is quiet with a room open", async () => {
  await using directory = await temporaryDirectory();
  await using platform = await startStandalone(join(directory.path, "data"));
  const { process: started } = platform;
  await expect.poll(async () => (await joinRoom(platform)).type).toBe("room-joined");
  const before = started.output.length;
  process.kill(-started.pid, "SIGINT");
  expect(await started.exited, started.output).toBe(0);
  expect(started.output.slice(before)).toBe("");
});

test("a media worker that is missing is named with what to do, calls are served, and rooms as soon as it is there", {
  tags: ["long"],
}, async () => {
  await using directory = await temporaryDirectory();
  const workerBin = join(directory.path, "worker");
  const env = { MEDIASOUP_WORKER_BIN: workerBin };
  await using platform = await startStandalone(join(directory.path, "data"), env);
  const { output } = platform.process;
  expect(output).toContain("is ready for calls, not for rooms.");
  expect(output).toContain(`there is no media worker at\n  ${workerBin}\n`);
  expect(output).toContain("node infra/commands/worker.mjs");
  const readiness = async () => (await fetch(`${platform.url}/readyz`)).json();
  const missing = await readiness();
  expect(missing).toMatchObject({ status: "degraded", checks: { "signaling.database": true, "sfu.workers": false } });
  await symlink(MEDIA.MEDIASOUP_WORKER_BIN ?? DEFAULT_WORKER_BIN, workerBin);
  await expect.poll(readiness).toMatchObject({ status: "ready", checks: { "sfu.workers": true } });
});

/** The first answer to a room's socket of a new room; the socket stays open. */
async function joinRoom({ process: { output }, port, url }: OwnService): Promise<{ type: string }> {
  const server = new RadistServerClient(printed(output, "Secret key"), {
    projectId: printed(output, "Project id"),
    apiBaseUrl: `${url}/api/v1`,
  });
  const { roomTokens } = await server.createRoom();
  const query = new URLSearchParams({ publicKey: printed(output, "Public key"), roomToken: roomTokens[0] ?? "" });
  const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/sfu/signaling/ws?${query}`);
  const [{ data }] = (await once(socket, "message")) as [MessageEvent<string>];
  return JSON.parse(data);
}

/** What a start says that ends with exit code 1. */
async function failedStart(env: Record<string, string>, main = MAIN): Promise<string> {
  await using failing = await startProcess({ command: process.execPath, args: [main], env });
  expect(await failing.exited, failing.output).toBe(1);
  return failing.output;
}
