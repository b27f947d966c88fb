import { createSocket } from "node:dgram";
import { once } from "node:events";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { connect } from "@radist-tech/db";
import { freshDatabase, sharedNatsUrl, startProcess } from "@radist-tech/testkit";
import { expect, test } from "vitest";

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

test("A media port that is taken is told without a stack.", async () => {
  await using database = await freshDatabase();
  await using connection = await connect(database.url);
  await connection.migrate();
  const workerBin = process.env.MEDIASOUP_WORKER_BIN;
  const env = {
    DATABASE_URL: database.url,
    NATS_URL: sharedNatsUrl(),
    PORT: "0",
    HOST: "127.0.0.1",
    MEDIA_WORKERS: "1",
    ...(workerBin !== undefined && { MEDIASOUP_WORKER_BIN: workerBin }),
  };
  const taken = createSocket("udp4");
  taken.bind(0, "0.0.0.0");
  await once(taken, "listening");
  const { port } = taken.address();
  const output = await failedStart({ ...env, MEDIA_PORT: String(port) });
  expect(output).toContain(`  - MEDIA_PORT: ${port}, UDP and TCP, cannot be had`);
  taken.close();
});
