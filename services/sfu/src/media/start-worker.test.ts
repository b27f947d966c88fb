import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../testing/until.ts";
import { startWorker } from "./start-worker.ts";

const own = process.env.MEDIASOUP_WORKER_BIN;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "worker-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function program(name: string, script: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `#!/bin/sh\n${script}\n`);
  await chmod(path, 0o755);
  return path;
}

test("A worker of another version, which never reports that it runs, is abandoned and killed.", async () => {
  const silent = await program("silent", `echo $$ > ${join(folder, "pid")}; exec sleep 600`);
  await expect(startWorker(silent, 500)).rejects.toThrow("did not start within 0.5 s. Is it the one of mediasoup 3.");
  const pid = Number(await readFile(join(folder, "pid"), "utf8"));
  await until(() => !isAlive(pid));
});

test("A worker that cannot run fails at once, and the next one starts.", async () => {
  await expect(startWorker(await program("broken", "exit 3"))).rejects.toThrow("code:3");
  const nowhere = join(folder, "nowhere");
  await expect(startWorker(nowhere)).rejects.toMatchObject({
    problems: [expect.stringContaining(`MEDIASOUP_WORKER_BIN: there is no media worker at ${nowhere}. `)],
  });
  const worker = await startWorker(own);
  expect(isAlive(worker.pid)).toBe(true);
  worker.close();
});

test("A signal to this process does not end the worker.", async () => {
  const before = process.listenerCount("SIGTERM");
  const workers = await Promise.all([startWorker(own), startWorker(own)]);
  expect(process.listenerCount("SIGTERM")).toBe(before);
  for (const worker of workers) worker.close();
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
