/**
 * Outlives the process that started it just long enough to clean up after it. Reads one JSON object per line from
 * stdin; when stdin ends, because its owner has ended, everything still kept is ended and removed.
 */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { createInterface } from "node:readline";
import { signalFamily } from "./families.ts";
import type { KeeperLine, Kept } from "./keeper.ts";

const kept = new Map<string, Kept>();
// An interrupt in the terminal reaches this process too, and it is needed afterwards.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});

for await (const text of createInterface({ input: process.stdin })) {
  const line: KeeperLine = JSON.parse(text);
  if (line.does === "keep") kept.set(JSON.stringify(line.what), line.what);
  else kept.delete(JSON.stringify(line.what));
}

const left = [...kept.values()];
for (const item of left) if ("pid" in item) signalFamily(item.pid, "SIGKILL");
for (const item of left) if ("container" in item) await removeContainer(item.container);
for (const item of left) if ("namespace" in item) spawnSync("ip", ["netns", "delete", item.namespace]);
for (const item of left)
  if ("directory" in item) rmSync(item.directory, { recursive: true, force: true, maxRetries: 20 });

async function removeContainer(id: string): Promise<void> {
  const { getContainerRuntimeClient } = await import("testcontainers");
  const client = await getContainerRuntimeClient();
  await client.container.getById(id).remove({ force: true, v: true });
}
