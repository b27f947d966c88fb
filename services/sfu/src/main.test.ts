import { createSocket } from "node:dgram";
import { once } from "node:events";
import { mkdtempDisposable, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "@radist-tech/db";
import { freshDatabase, reservePort, sharedNatsUrl, startProcess, startService } from "@radist-tech/testkit";
import { describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

async function failedStart(env: Record<string, string>): Promise<string> {
  await using started = await startProcess({ command: process.execPath, args: [MAIN], env });
  expect(await started.exited, started.output).toBe(1);
  return started.output;
}

/** What an sfu needs. */
const settings = async (stack: AsyncDisposableStack) => {
  const database = stack.use(await freshDatabase());
  await using connection = await connect(database.url);
  await connection.migrate();
  const workerBin = process.env.MEDIASOUP_WORKER_BIN;
  return {
    DATABASE_URL: database.url,
    NATS_URL: sharedNatsUrl(),
    HOST: "127.0.0.1",
    MEDIA_WORKERS: "1",
    ...(workerBin !== undefined && { MEDIASOUP_WORKER_BIN: workerBin }),
  };
};

test("A wrong configuration lists every problem and exits 1.", async () => {
  const output = await failedStart({
    DATABASE_URL: "no url",
    MEDIA_PORT: "x",
    MEDIA_ANNOUNCED_ADDRESS: "not an address!",
    MEDIASOUP_WORKER_BIN: "/nowhere",
  });
  for (const name of ["DATABASE_URL", "NATS_URL", "MEDIA_PORT", "MEDIA_ANNOUNCED_ADDRESS", "MEDIASOUP_WORKER_BIN"]) {
    expect(output).toContain(`  - ${name}`);
  }
});

test("A media worker without our patches is pointed out.", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = stack.use(await mkdtempDisposable(join(tmpdir(), "unpatched-")));
  const env = await settings(stack);
  // Where nothing lies beside it.
  const unpatched = join(folder.path, "mediasoup-worker");
  await symlink(String(env.MEDIASOUP_WORKER_BIN), unpatched);
  const started = stack.use(
    await startService({
      main: MAIN,
      env: { ...env, MEDIASOUP_WORKER_BIN: unpatched, MEDIA_PORT: "0", ADMIN_PORT: "0" },
      portIn: /"adminPort":(\d+)/,
    }),
  );
  expect(started.process.output).toContain("this media worker lacks our patches");
});

describe("A media port that is in use is reported without a stack trace,", () => {
  test("by another program", async () => {
    await using stack = new AsyncDisposableStack();
    const env = await settings(stack);
    const taken = createSocket("udp4");
    taken.bind(0, "0.0.0.0");
    await once(taken, "listening");
    const { port } = taken.address();
    const output = await failedStart({ ...env, PORT: "0", MEDIA_PORT: String(port) });
    expect(output).toContain(`  - MEDIA_PORT: ${port}, UDP and TCP, cannot be had`);
    taken.close();
  });

  test("by another sfu, though that shares the port among its own sockets", async () => {
    await using stack = new AsyncDisposableStack();
    const mediaPort = await reservePort();
    const env = { ...(await settings(stack)), MEDIA_PORT: String(mediaPort) };
    const other = stack.use(await startService({ main: MAIN, env }));
    const output = await failedStart({ ...env, PORT: "0" });
    expect(output).toContain(`  - MEDIA_PORT: ${mediaPort}, UDP and TCP, cannot be had`);
    expect(other.process.children).toHaveLength(1);
    expect((await fetch(`${other.url}/readyz`)).status).toBe(200);
  });
});
