import { randomUUID } from "node:crypto";
import { type Connection, connect, eventPositions, events, type Transaction, transact } from "@radist-tech/db";
import { type EventPage, type Fact, newPeerId, newProjectId, type ProjectId } from "@radist-tech/protocol";
import { freshDatabase } from "@radist-tech/testkit";
import { type EventQuery, numberEvents, readEvents, recordFacts } from "../index.ts";

export const DATABASES = [
  { name: "Postgres", open: freshDatabase },
  { name: "PGlite", open: () => Promise.resolve({ url: "pglite:memory", async [Symbol.asyncDispose]() {} }) },
];

export const joined = (): Fact => ({ type: "call.participant_joined", data: { peerId: newPeerId() } });
export const left = (): Fact => ({ type: "call.participant_left", data: { peerId: newPeerId(), reason: "left" } });
export const updated = (): Fact => ({ type: "project.updated", data: { changed: ["name"] } });

/** A database with the schema, and short ways to write to the outbox and to read it. */
export class Outbox implements AsyncDisposable {
  readonly connection: Connection;
  readonly #resources: AsyncDisposableStack;
  /** The last `seq` of each subject. */
  readonly #written = new Map<string, number>();

  private constructor(connection: Connection, resources: AsyncDisposableStack) {
    this.connection = connection;
    this.#resources = resources;
  }

  static async open(open: (typeof DATABASES)[number]["open"]): Promise<Outbox> {
    const resources = new AsyncDisposableStack();
    const database = resources.use(await open());
    const connection = resources.use(await connect(database.url));
    await connection.migrate();
    return new Outbox(connection, resources);
  }

  /** Writes facts about a subject within a transaction that is open. */
  async record(tx: Transaction, projectId: ProjectId, subjectId: string, facts: readonly Fact[], at?: Date) {
    const after = this.#written.get(subjectId) ?? 0;
    await recordFacts(tx, [{ projectId, kind: "call", subjectId, after, facts, ...(at && { at }) }]);
    this.#written.set(subjectId, after + facts.length);
  }

  /** Writes facts, and commits. */
  async write(facts: readonly Fact[], of: { projectId?: ProjectId; subjectId?: string; at?: Date } = {}) {
    const { projectId = newProjectId(), subjectId = randomUUID(), at } = of;
    await transact(this.connection, (tx) => this.record(tx, projectId, subjectId, facts, at));
    return { projectId, subjectId };
  }

  number = (): Promise<void> => numberEvents(this.connection);

  read = (projectId: ProjectId, asked: Partial<EventQuery> = {}): Promise<EventPage> =>
    readEvents(this.connection, projectId, { limit: 100, ...asked });

  async positions() {
    const [row] = await this.connection.db.select().from(eventPositions);
    if (!row) throw new Error("There are no positions.");
    return row;
  }

  /** As a retention leaves it that is killed before it deletes. */
  async markDeleted(upTo: number): Promise<void> {
    await this.connection.db.update(eventPositions).set({ deleted: upTo });
  }

  rows() {
    return this.connection.db.select().from(events).orderBy(events.id);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#resources.disposeAsync();
  }
}
