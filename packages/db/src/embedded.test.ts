import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { startProcess } from "@radist-tech/testkit";
import { afterEach, beforeEach, expect, test } from "vitest";
import { connect, DirectoryInUse, nodes } from "./index.ts";

const INDEX = fileURLToPath(new URL("index.ts", import.meta.url));

let home: string;
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "embedded-"));
});
afterEach(() => rm(home, { recursive: true }));

/** Writes rows for ever, one transaction each, and tells the number of each once it is committed. */
const WRITER = `
  const { connect, nodes } = await import(process.env.INDEX);
  const connection = await connect(process.env.DATABASE_URL);
  await connection.migrate();
  console.log("ready");
  for (let i = await connection.db.$count(nodes) + 1; ; i++) {
    await connection.db.insert(nodes).values({ id: String(i), service: "test", epoch: i, leaseUntil: new Date() });
    console.log("committed " + i + ";");
  }`;

const startWriter = (directory: string, readyLine: string) =>
  startProcess({
    command: process.execPath,
    args: ["--input-type=module", "--eval", WRITER],
    env: { INDEX, DATABASE_URL: `pglite:${directory}` },
    readyLine,
  });

test("what was committed survives kill -9 of the process, again and again", async () => {
  const directory = join(home, "data");
  let expected = 0;
  {
    await using writer = await startWriter(directory, "committed 20;");
    writer.signal("SIGKILL");
    expect(await writer.exited).toBe(null);
    expected = writer.output.match(/committed \d+;/g)?.length ?? 0;
  }
  expect(expected).toBeGreaterThanOrEqual(20);
  for (let i = 0; i < 2; i++) {
    await using connection = await connect(`pglite:${directory}`);
    await connection.migrate();
    // The last one may have been committed without a chance to tell.
    expect(await connection.db.$count(nodes)).toBeGreaterThanOrEqual(expected);
  }
});

test("a directory has one owner at a time, in whatever way it is written", { tags: ["long"] }, async () => {
  const directory = join(home, "data");
  await using writer = await startWriter(directory, "committed 1;");
  await symlink(directory, join(home, "link"));
  for (const name of [directory, `${directory}/`, `${home}/./data`, join(home, "link")]) {
    const refused = connect(`pglite:${name}`);
    await expect(refused).rejects.toThrow(DirectoryInUse);
    await expect(refused).rejects.toThrow(`in use by process ${writer.pid}.`);
  }
  writer.signal("SIGKILL");
  await writer.exited;
  await using connection = await connect(`pglite:${directory}/`);
  expect(await connection.db.$count(nodes)).toBeGreaterThanOrEqual(1);
});

test("within one process too, until the owner closes", async () => {
  const url = `pglite:${join(home, "data")}`;
  const connection = await connect(url);
  await expect(connect(url)).rejects.toThrow(DirectoryInUse);
  await connection.close();
  await using again = await connect(url);
  expect(again.db).toBeDefined();
});

test("what a dead process left beside the directory does not keep it closed", async () => {
  await mkdir(join(home, "data"));
  // A process id of before, which by now is that of somebody else who is alive.
  await writeFile(join(home, "data.pid"), String(process.ppid));
  await writeFile(join(home, "data.lock"), "");
  await using connection = await connect(`pglite:${join(home, "data")}`);
  await connection.migrate();
  expect(await connection.db.$count(nodes)).toBe(0);
});

test("of many that start at once after a kill -9, one gets the directory", { tags: ["long"] }, async () => {
  const directory = join(home, "data");
  {
    await using writer = await startWriter(directory, "committed 1;");
    writer.signal("SIGKILL");
    await writer.exited;
  }
  const starts = await Promise.allSettled([1, 2, 3].map(() => startWriter(directory, "ready")));
  const winners = starts.flatMap((start) => (start.status === "fulfilled" ? [start.value] : []));
  await Promise.all(winners.map((winner) => winner[Symbol.asyncDispose]()));
  expect(winners).toHaveLength(1);
  for (const start of starts) if (start.status === "rejected") expect(String(start.reason)).toContain("DirectoryInUse");
});
