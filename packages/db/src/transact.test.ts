import { randomUUID } from "node:crypto";
import { freshDatabase } from "@radist-tech/testkit";
import { eq, sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  bind,
  type Connection,
  connect,
  DatabaseUnavailable,
  endWith,
  execute,
  nodes,
  query,
  statement,
  type Transaction,
  transact,
} from "./index.ts";

/** A deadline that passes soon, though not before the work has begun. */
const BRIEF_MS = 1_000;

const kinds = [
  { name: "Postgres", open: freshDatabase },
  { name: "PGlite", open: () => Promise.resolve({ url: "pglite:memory", async [Symbol.asyncDispose]() {} }) },
];

const lock = (tx: Transaction, id: string) => tx.select().from(nodes).where(eq(nodes.id, id)).for("update");
const grow = (tx: Transaction, id: string) =>
  tx
    .update(nodes)
    .set({ epoch: sql`${nodes.epoch} + 1` })
    .where(eq(nodes.id, id));

describe.each(kinds)("$name", ({ name, open }) => {
  let connection: Connection;
  let database: Awaited<ReturnType<typeof open>>;

  beforeAll(async () => {
    database = await open();
    connection = await connect(database.url);
    await connection.migrate();
  });
  afterAll(async () => {
    await connection.close();
    await database[Symbol.asyncDispose]();
  });

  const aNode = async (): Promise<string> => {
    const id = `node_${randomUUID()}`;
    await connection.db.insert(nodes).values({ id, service: "test", epoch: 0, leaseUntil: new Date() });
    return id;
  };
  const epochOf = async (id: string) => (await connection.db.select().from(nodes).where(eq(nodes.id, id)))[0]?.epoch;

  /** Divides by zero for an epoch of zero. */
  const SET_EPOCH = statement<{ readonly id: string; readonly epoch: number }>(
    (input) => sql`update ${nodes} set epoch = 60 / (${input} ->> 'epoch')::int where ${nodes.id} = ${input} ->> 'id'`,
  );
  const EPOCH = statement<string, number>(
    (input) => sql`select ${nodes.epoch} as output from ${nodes} where ${nodes.id} = ${input} #>> '{}'`,
  );

  test("what a transaction ends with is executed in order, after what came before it", async () => {
    const id = await aNode();
    const before = await transact(connection, async (tx) => {
      await grow(tx, id);
      const epoch = await execute(tx, EPOCH, id);
      await endWith(tx, [bind(SET_EPOCH, { id, epoch: 2 }), bind(SET_EPOCH, { id, epoch: 3 })]);
      return Number(epoch);
    });
    expect([before, await epochOf(id)]).toEqual([1, 20]);
  });

  test("when that fails, nothing is stored, and the next transaction works", async () => {
    const id = await aNode();
    const failing = transact(connection, async (tx) => {
      await grow(tx, id);
      await endWith(tx, [bind(SET_EPOCH, { id, epoch: 2 }), bind(SET_EPOCH, { id, epoch: 0 })]);
    });
    await expect(failing).rejects.toThrow("division by zero");
    expect(await epochOf(id)).toBe(0);
    await transact(connection, (tx) => endWith(tx, [bind(SET_EPOCH, { id, epoch: 4 })]));
    expect(await epochOf(id)).toBe(15);
  });

  test("when the work fails, what it was to end with is not executed", async () => {
    const id = await aNode();
    const failing = transact(connection, async (tx) => {
      await endWith(tx, [bind(SET_EPOCH, { id, epoch: 2 })]);
      throw new Error("On second thoughts.");
    });
    await expect(failing).rejects.toThrow("On second thoughts.");
    expect(await epochOf(id)).toBe(0);
  });

  /** Another transaction that holds the row until it is told to let go. */
  const holder = async (id: string) => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: held, resolve: hold } = Promise.withResolvers<void>();
    const done = connection.db.transaction(async (tx) => {
      await lock(tx, id);
      hold();
      await released;
    });
    await held;
    return {
      release() {
        release();
        return done;
      },
    };
  };

  // The driver sends up to 100 queries ahead on each connection.
  test("a transaction has a connection of its own, however many queries are sent before it", async () => {
    const id = await aNode();
    await using few = name === "Postgres" ? await connect(database.url, { maxConnections: 2 }) : undefined;
    const { db } = few ?? connection;
    for (let queries = 190; queries <= 210; queries++) {
      const sent = Promise.all(Array.from({ length: queries }, () => db.execute(sql`select 1`)));
      // By then the driver has all of them, and no answer yet.
      await new Promise(setImmediate);
      await Promise.all([sent, db.transaction((tx) => grow(tx, id))]);
    }
    expect(await epochOf(id)).toBe(21);
  });

  // The embedded database has one connection: there, what comes too late has waited for it, and is not begun.
  if (name === "Postgres")
    test("a caller waits no longer than its deadline, and hears of what happened afterwards", async () => {
      const id = await aNode();
      const other = await holder(id);
      const { promise: late, resolve: onLate } = Promise.withResolvers<string>();
      const work = async (tx: Transaction) => {
        await lock(tx, id);
        await grow(tx, id);
        return "grown";
      };
      await expect(transact(connection, work, { deadlineMs: BRIEF_MS, onLate })).rejects.toThrow(DatabaseUnavailable);
      await other.release();
      expect(await late).toBe("grown");
      expect(await epochOf(id)).toBe(1);
    });

  if (name === "Postgres")
    test("a late failure changed nothing, and is nobody's", async () => {
      const id = await aNode();
      const other = await holder(id);
      const onLate = vi.fn();
      const { promise: failed, resolve: fail } = Promise.withResolvers<void>();
      const work = async (tx: Transaction) => {
        await lock(tx, id);
        await grow(tx, id);
        fail();
        throw new Error("too late anyway");
      };
      await expect(transact(connection, work, { deadlineMs: BRIEF_MS, onLate })).rejects.toThrow(DatabaseUnavailable);
      await other.release();
      await failed;
      expect(await epochOf(id)).toBe(0);
      expect(onLate).not.toHaveBeenCalled();
    });

  test("what queued for a connection for longer than its caller waited is not begun", async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const busy = Array.from({ length: 10 }, () => connection.db.transaction(() => released));
    const work = vi.fn(() => Promise.resolve());
    await expect(transact(connection, work, { deadlineMs: 50 })).rejects.toThrow(DatabaseUnavailable);
    release();
    await Promise.all(busy);
    await connection.db.execute(sql`select 1`);
    expect(work).not.toHaveBeenCalled();
  });

  if (name === "Postgres")
    test("a process that froze within a transaction does not keep others out for long", {
      tags: ["long"],
    }, async () => {
      const id = await aNode();
      await using frozen = await connect(database.url, { maxConnections: 1 });
      const { promise: isHeld, resolve: hold } = Promise.withResolvers<void>();
      const interrupted = frozen.db.transaction(async (tx) => {
        await lock(tx, id);
        hold();
        await new Promise(() => {});
      });
      interrupted.catch(() => {});
      await isHeld;
      await expect.poll(() => transact(connection, async (tx) => (await grow(tx, id)) !== undefined)).toBe(true);
    });

  test("in time nothing is late", async () => {
    const onLate = vi.fn();
    expect(await transact(connection, () => Promise.resolve(1), { deadlineMs: 20_000, onLate })).toBe(1);
    expect(await query(connection.db.select({ one: sql`1` }).from(sql`(select 1) as row`), { onLate })).toHaveLength(1);
    expect(onLate).not.toHaveBeenCalled();
  });

  test("a single query has the same bounds", async () => {
    const id = await aNode();
    const other = await holder(id);
    const { promise: late, resolve: onLate } = Promise.withResolvers<unknown[]>();
    const update = connection.db
      .update(nodes)
      .set({ epoch: 7 })
      .where(eq(nodes.id, id))
      .returning({ epoch: nodes.epoch });
    await expect(query(update, { deadlineMs: BRIEF_MS, onLate })).rejects.toThrow(DatabaseUnavailable);
    await other.release();
    expect(await late).toEqual([{ epoch: 7 }]);
  });

  test.each(["40001", "40P01"])("what loses with %s is done again, five times at most", async (state) => {
    let attempts = 0;
    const losing = (wins: number) => async (tx: Transaction) => {
      attempts++;
      if (attempts < wins)
        await tx.execute(sql.raw(`do $$ begin raise exception 'lost' using errcode = '${state}'; end $$`));
      return attempts;
    };
    expect(await transact(connection, losing(3))).toBe(3);
    attempts = 0;
    await expect(transact(connection, losing(Number.POSITIVE_INFINITY))).rejects.toMatchObject({
      cause: { code: state },
    });
    expect(attempts).toBe(5);
  });

  test("what is simply wrong is done once", async () => {
    const work = vi.fn(() => Promise.reject(new Error("wrong")));
    await expect(transact(connection, work)).rejects.toThrow("wrong");
    expect(work).toHaveBeenCalledTimes(1);
  });

  if (name === "Postgres")
    test("a real deadlock: both commit, one of them at its second try", async () => {
      const [a, b] = [await aNode(), await aNode()];
      let tries = 0;
      let waiting = 0;
      const { promise: bothHold, resolve: open } = Promise.withResolvers<void>();
      const crossing = (first: string, second: string) => async (tx: Transaction) => {
        tries++;
        await grow(tx, first);
        if (++waiting === 2) open();
        await bothHold;
        await grow(tx, second);
      };
      await Promise.all([transact(connection, crossing(a, b)), transact(connection, crossing(b, a))]);
      expect(tries).toBe(3);
      expect([await epochOf(a), await epochOf(b)]).toEqual([2, 2]);
    });

  if (name === "Postgres")
    test("a real serialization failure: both commit, one of them at its second try", async () => {
      const id = await aNode();
      let tries = 0;
      let read = 0;
      const { promise: bothRead, resolve: open } = Promise.withResolvers<void>();
      const increment = async (tx: Transaction) => {
        tries++;
        await tx.execute(sql`set transaction isolation level repeatable read`);
        const [row] = await tx.select().from(nodes).where(eq(nodes.id, id));
        if (++read === 2) open();
        await bothRead;
        await tx
          .update(nodes)
          .set({ epoch: (row?.epoch ?? 0) + 1 })
          .where(eq(nodes.id, id));
      };
      await Promise.all([transact(connection, increment), transact(connection, increment)]);
      expect(tries).toBe(3);
      expect(await epochOf(id)).toBe(2);
    });
});
