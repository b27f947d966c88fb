import { createSocket } from "node:dgram";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "@radist-tech/db";
import { freePort, freshDatabase, sharedNatsUrl, startProcess } from "@radist-tech/testkit";
import { describe, expect, test } from "vitest";

const MAIN = fileURLToPath(new URL("main.ts", import.meta.url));

async function failedStart(env: Record<string, string>): Promise<string> {
  const started = startProcess({ command: process.execPath, args: [MAIN], env, readyUrl: "http://127.0.0.1:1/" });
  return started.then(
    () => "It started.",
    (error: unknown) => String(error),
  );
}

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

describe("A media port that is in use is reported without a stack trace,", () => {
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
    const [env, port, mediaPort] = await Promise.all([settings(stack), freePort(), freePort()]);
    const readyUrl = `http://127.0.0.1:${port}/readyz`;
    const first = { ...env, PORT: String(port), MEDIA_PORT: String(mediaPort) };
    const other = stack.use(await startProcess({ command: process.execPath, args: [MAIN], env: first, readyUrl }));
    const output = await failedStart({ ...first, PORT: "0" });
    expect(output).toContain(`  - MEDIA_PORT: ${mediaPort}, UDP and TCP, cannot be had`);
    expect(other.children).toHaveLength(1);
    expect((await fetch(readyUrl)).status).toBe(200);
  });
});
