import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { freshDatabase } from "@radist-tech/testkit";
import { sql } from "drizzle-orm";
import { expect, test } from "vitest";
import { connect } from "./index.ts";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const run = promisify(execFile);
const migrate = (env: Record<string, string>) => run(process.execPath, ["src/migrate.ts"], { cwd: PACKAGE, env });

test("the migrations lead to the schema: generating adds nothing", async () => {
  const copy = await mkdtemp(join(tmpdir(), "migrations-"));
  try {
    await cp(join(PACKAGE, "migrations"), copy, { recursive: true });
    const before = await readdir(copy, { recursive: true });
    const journal = await readFile(join(copy, "meta/_journal.json"), "utf8");
    // drizzle-kit takes paths as relative ones, whatever they begin with.
    const out = `--out=${relative(PACKAGE, copy)}`;
    const drizzleKit = (command: string, ...more: string[]) =>
      run("node_modules/.bin/drizzle-kit", [command, "--dialect=postgresql", out, ...more], { cwd: PACKAGE });
    await drizzleKit("check");
    await drizzleKit("generate", "--schema=src/schema.ts");
    expect(await readdir(copy, { recursive: true })).toEqual(before);
    expect(await readFile(join(copy, "meta/_journal.json"), "utf8")).toBe(journal);
  } finally {
    await rm(copy, { recursive: true });
  }
});

test("each migration is dated after the one before: a database that has that one would skip it otherwise", async () => {
  const journal = JSON.parse(await readFile(join(PACKAGE, "migrations/meta/_journal.json"), "utf8"));
  const dates = (journal as { entries: { when: number }[] }).entries.map(({ when }) => when);
  expect(dates).toEqual([...new Set(dates)].toSorted((one, other) => one - other));
});

test("processes that migrate the same database at once all succeed, and each migration is applied once", async () => {
  await using database = await freshDatabase();
  const runs = await Promise.all([1, 2, 3, 4].map(() => migrate({ DATABASE_URL: database.url })));
  for (const { stdout } of runs) expect(stdout).toBe("The schema is up to date.\n");
  await using connection = await connect(database.url);
  const [applied] = (await connection.db.execute<{ count: number }>(
    sql`select count(*)::int as count from drizzle.__drizzle_migrations`,
  )) as unknown as { count: number }[];
  const files = await readdir(join(PACKAGE, "migrations"));
  expect(applied?.count).toBe(files.filter((file) => file.endsWith(".sql")).length);
});

test.each([{}, { DATABASE_URL: "" }])("the command says what it misses: %j", async (env) => {
  await expect(migrate(env)).rejects.toMatchObject({
    code: 1,
    stdout: "",
    stderr: expect.stringMatching(/^DATABASE_URL is missing: .*\.\n$/),
  });
});
