import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { bundleService } from "@radist-tech/bundler";
import { P2P_SOCKET_PATH, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { type AnyMessage, connectSocket, startProcess, type TestSocket } from "@radist-tech/testkit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { apartPlatform, onePlatform, type Platform, temporaryDirectory } from "./testing/platform.ts";

const SERVICES = ["api", "signaling", "sfu", "web", "standalone"];

let folder: Awaited<ReturnType<typeof temporaryDirectory>>;
beforeAll(async () => {
  folder = await temporaryDirectory();
  // Far from node_modules, as in an image.
  await Promise.all(SERVICES.map((service) => bundleService(folderOf(service), join(folder.path, service))));
});
afterAll(() => folder[Symbol.asyncDispose]());

const folderOf = (service: string): string => fileURLToPath(new URL(`../../${service}`, import.meta.url));
const bundleOf = (service: string): string => join(folder.path, service, "main.js");

test.each([
  ["of each service", () => apartPlatform(bundleOf)],
  ["of all in one process", () => onePlatform({}, bundleOf)],
])("The bundles %s serve calls, rooms, the page and the description of the API.", async (_name, start) => {
  await using platform = await start();
  const { publicKey } = JSON.parse(await read(platform, "/web/config")) as { publicKey: string };

  const call = await platform.server.createP2PConnection();
  const [alice, bob] = [
    await joins(platform, P2P_SOCKET_PATH, { publicKey, callToken: String(call.callTokens[0]) }),
    await joins(platform, P2P_SOCKET_PATH, { publicKey, callToken: String(call.callTokens[1]) }),
  ];
  expect(await alice.socket.next("peer_joined")).toMatchObject({ peerId: bob.joined.peerId });
  alice.socket.send({ type: "signal", targetPeerId: bob.joined.peerId, signalType: "offer", payload: "hello" });
  expect(await bob.socket.next("signal")).toMatchObject({ fromPeerId: alice.joined.peerId, payload: "hello" });

  const { roomTokens } = await platform.server.createRoom({ tokens: 1 });
  const carol = await joins(platform, ROOM_SOCKET_PATH, { publicKey, roomToken: String(roomTokens[0]) });
  expect(JSON.stringify(carol.joined)).toContain("iceCandidates");

  expect(await read(platform, "/")).toContain("<script");
  expect(JSON.parse(await read(platform, "/api/v1/openapi.json"))).toMatchObject({ openapi: "3.1.0" });
  expect(await read(platform, "/api/v1/docs/swagger-ui-bundle.js")).toContain("SwaggerUIBundle");
  expect(await read(platform, "/api/v1/docs/swagger-ui.css")).toContain(".swagger-ui");
  for (const { socket } of [alice, bob, carol]) await socket.close();
});

test("Stack traces name the sources.", async () => {
  const failing = `import process from "node:process";

interface Problem {
  readonly text: string;
}

function fail({ text }: Problem): never {
  throw new Error(text);
}

try {
  fail({ text: "on purpose" });
} catch (error) {
  process.stdout.write(String((error as Error).stack));
}
`;
  const output = await outputOf("failing", failing);
  expect(output).toMatch(/Error: on purpose\n {4}at fail \(.*\/failing\/src\/main\.ts:8:9\)\n/);
});

test("A file that is not there, or is named in another way, is a problem of the bundling.", async () => {
  await expect(outputOf("lacking", `console.log(new URL("./none.txt", import.meta.url));\n`)).rejects.toThrow(
    /none\.txt, which is not there/,
  );
  await expect(outputOf("elsewhere", `console.log(import.meta.dirname);\n`)).rejects.toThrow(/name files by new URL/);
});

/** What a service of this one source prints. */
async function outputOf(name: string, source: string): Promise<string> {
  const service = join(folder.path, "services", name);
  await mkdir(join(service, "src"), { recursive: true });
  await writeFile(join(service, "package.json"), JSON.stringify({ name, type: "module" }));
  await writeFile(join(service, "src/main.ts"), source);
  await bundleService(service);
  await using started = await startProcess({ command: process.execPath, args: [join(service, "bundle/main.js")] });
  expect(await started.exited, started.output).toBe(0);
  return started.output;
}

async function read({ front }: Platform, path: string): Promise<string> {
  const answer = await fetch(`${front.url}${path}`);
  expect(answer.status, path).toBe(200);
  return answer.text();
}

/** Tries again while the node is unavailable: it may be before its lease, or before its media worker. */
async function joins(
  { front }: Platform,
  path: string,
  query: Record<string, string>,
): Promise<{ socket: TestSocket; joined: AnyMessage }> {
  for (;;) {
    const socket = await connectSocket(`${front.url.replace("http", "ws")}${path}?${new URLSearchParams(query)}`);
    const joined = await socket.next();
    if (joined.type !== "error") return { socket, joined };
    await socket.closed;
    if (joined.code !== "unavailable") throw new Error(`The socket was refused: ${JSON.stringify(joined)}`);
  }
}
