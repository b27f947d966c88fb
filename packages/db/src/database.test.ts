import { randomUUID } from "node:crypto";
import { freshDatabase } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Connection,
  connect,
  isDuplicate,
  isUnavailable,
  nodes,
  projects,
  secretKeys,
  transact,
} from "./index.ts";

/** What both databases promise, told once. `again` opens the same data a second time where that is possible. */
const kinds = [
  {
    name: "Postgres",
    open: async () => {
      const database = await freshDatabase();
      return {
        connection: await connect(database.url),
        again: () => connect(database.url),
        end: () => database[Symbol.asyncDispose](),
      };
    },
  },
  {
    name: "PGlite",
    open: async () => {
      const connection = await connect("pglite:memory");
      return { connection, again: () => Promise.resolve(connection), end: () => Promise.resolve() };
    },
  },
];

const aProject = () => ({ id: randomUUID(), name: "Shop", publicKey: `rad_pk_${randomUUID()}` });

describe.each(kinds)("$name", ({ open }) => {
  let connection: Connection;
  let opened: Awaited<ReturnType<typeof open>>;

  beforeAll(async () => {
    opened = await open();
    connection = opened.connection;
    await connection.migrate();
  });
  afterAll(async () => {
    await connection.close();
    await opened.end();
  });

  test("migrating again changes nothing", async () => {
    const project = aProject();
    await connection.db.insert(projects).values(project);
    await connection.migrate();
    expect(await connection.db.select().from(projects).where(eq(projects.id, project.id))).toHaveLength(1);
  });

  test("eight at once may migrate an empty database", async () => {
    const empty = await open();
    const others = await Promise.all(Array.from({ length: 7 }, empty.again));
    const all = [empty.connection, ...others];
    await Promise.all(all.map((each) => each.migrate()));
    expect(await empty.connection.db.select().from(projects)).toEqual([]);
    await Promise.all(all.map((each) => each.close()));
    await empty.end();
  });

  test("a transaction commits as a whole", async () => {
    const project = aProject();
    const key = { id: randomUUID(), projectId: project.id, name: "first", hash: Buffer.alloc(32, 1) };
    const result = await transact(connection, async (tx) => {
      await tx.insert(projects).values(project);
      await tx.insert(secretKeys).values(key);
      return "done";
    });
    expect(result).toBe("done");
    expect(await connection.db.$count(secretKeys, eq(secretKeys.projectId, project.id))).toBe(1);
  });

  test("a transaction that throws leaves nothing behind, and its error is the caller's", async () => {
    const project = aProject();
    const bored = new Error("bored");
    const failing = transact(connection, async (tx) => {
      await tx.insert(projects).values(project);
      throw bored;
    });
    await expect(failing).rejects.toBe(bored);
    expect(await connection.db.$count(projects, eq(projects.id, project.id))).toBe(0);
  });

  test("a transaction whose query fails leaves nothing behind", async () => {
    const project = aProject();
    const failing = transact(connection, async (tx) => {
      await tx.insert(projects).values(project);
      await tx
        .insert(secretKeys)
        .values({ id: randomUUID(), projectId: randomUUID(), name: "k", hash: Buffer.alloc(32, 2) });
    });
    await expect(failing).rejects.toThrow();
    expect(await connection.db.$count(projects, eq(projects.id, project.id))).toBe(0);
  });

  test("FOR UPDATE puts concurrent transactions in a row: no update is lost", async () => {
    const id = `node_${randomUUID()}`;
    await connection.db.insert(nodes).values({ id, service: "test", epoch: 0, leaseUntil: sql`now()` });
    const increment = () =>
      transact(connection, async (tx) => {
        const [row] = await tx.select().from(nodes).where(eq(nodes.id, id)).for("update");
        await tx
          .update(nodes)
          .set({ epoch: (row?.epoch ?? 0) + 1 })
          .where(eq(nodes.id, id));
      });
    await Promise.all(Array.from({ length: 30 }, increment));
    const [row] = await connection.db.select().from(nodes).where(eq(nodes.id, id));
    expect(row?.epoch).toBe(30);
  });

  test("one of many concurrent updates of the same condition wins", async () => {
    const id = `node_${randomUUID()}`;
    await connection.db.insert(nodes).values({ id, service: "free", epoch: 0, leaseUntil: sql`now()` });
    const claim = (service: string) =>
      connection.db
        .update(nodes)
        .set({ service })
        .where(sql`${nodes.id} = ${id} and ${nodes.service} = 'free'`)
        .returning();
    const claims = await Promise.all(Array.from({ length: 30 }, (_, i) => claim(`claim ${i}`)));
    expect(claims.filter((rows) => rows.length === 1)).toHaveLength(1);
  });

  test("types come back as they went in", async () => {
    const hash = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    const project = {
      ...aProject(),
      name: "Ünï 🚀 '\"\\%_ {}",
      allowedOrigins: ["https://a.example", "", 'with "quotes", commas', "back\\slash", "NULL", "{}"],
      connectionLimit: 2 ** 31 - 1,
      createdAt: new Date("2026-05-05T10:30:00.123Z"),
      deletedAt: null,
    };
    const key = {
      id: randomUUID(),
      projectId: project.id,
      name: "k",
      hash,
      lastUsedAt: new Date("1999-12-31T23:59:59.999Z"),
    };
    await connection.db.insert(projects).values(project);
    await connection.db.insert(secretKeys).values(key);
    const [stored] = await connection.db.select().from(projects).where(eq(projects.id, project.id));
    expect(stored).toMatchObject({ ...project, defaultAccessControl: "public" });
    const [storedKey] = await connection.db.select().from(secretKeys).where(eq(secretKeys.hash, hash));
    expect(storedKey).toMatchObject({ id: key.id, lastUsedAt: key.lastUsedAt, revokedAt: null });
    expect(Buffer.from(storedKey?.hash ?? [])).toEqual(Buffer.from(hash));
  });

  test("an empty list of texts is a list", async () => {
    const project = aProject();
    const [stored] = await connection.db.insert(projects).values(project).returning();
    expect(stored?.allowedOrigins).toEqual([]);
  });

  test("whole numbers stay exact up to 2^53 - 1", async () => {
    const node = {
      id: `node_${randomUUID()}`,
      service: "test",
      epoch: Number.MAX_SAFE_INTEGER,
      leaseUntil: new Date(),
    };
    const [stored] = await connection.db.insert(nodes).values(node).returning();
    expect(stored?.epoch).toBe(Number.MAX_SAFE_INTEGER);
  });

  test("the database's clock writes milliseconds that compare with what it wrote", async () => {
    const node = { id: `node_${randomUUID()}`, service: "test", epoch: 1, leaseUntil: sql`now()` };
    const [written] = await connection.db.insert(nodes).values(node).returning();
    const rows = await connection.db
      .select()
      .from(nodes)
      .where(sql`${nodes.id} = ${node.id} and ${nodes.leaseUntil} = ${written?.leaseUntil.toISOString()}`);
    expect(rows).toHaveLength(1);
  });

  test("a duplicate is told apart from other refusals, also within a transaction", async () => {
    const project = aProject();
    await connection.db.insert(projects).values(project);
    const duplicate = await connection.db
      .insert(projects)
      .values(project)
      .catch((error: unknown) => error);
    expect([isDuplicate(duplicate), isUnavailable(duplicate)]).toEqual([true, false]);

    const inTransaction = await transact(connection, (tx) => tx.insert(projects).values(project)).catch(
      (error: unknown) => error,
    );
    expect([isDuplicate(inTransaction), isUnavailable(inTransaction)]).toEqual([true, false]);

    const stray = { id: randomUUID(), projectId: randomUUID(), name: "k", hash: Buffer.alloc(32, 3) };
    const orphan = await connection.db
      .insert(secretKeys)
      .values(stray)
      .catch((error: unknown) => error);
    expect([isDuplicate(orphan), isUnavailable(orphan)]).toEqual([false, false]);

    const wrong = await connection.db.execute(sql`select nothing from projects`).catch((error: unknown) => error);
    expect([isDuplicate(wrong), isUnavailable(wrong)]).toEqual([false, false]);
  });

  test("closing twice is closing once", async () => {
    const other = await open();
    await other.connection.close();
    await other.connection.close();
    await expect(other.connection.db.execute(sql`select 1`)).rejects.toThrow();
    await other.end();
  });
});
