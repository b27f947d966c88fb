import { sql } from "drizzle-orm";
import {
  type AnyPgColumn,
  bigint,
  bigserial,
  boolean,
  customType,
  foreignKey,
  index,
  integer,
  numeric,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** drizzle's own `jsonb` parses once more what the driver has parsed: the text "1" would come back as the number. */
const json = customType<{ data: Json; driverData: unknown }>({
  dataType: () => "jsonb",
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (value) => value as Json,
});

/** SHA-256 digests; the credentials themselves are never stored. */
const bytes = customType<{ data: Uint8Array; driverData: Uint8Array }>({ dataType: () => "bytea" });

/** Milliseconds, as the wire shows them. The database's clock is the only one that is compared with. */
const instant = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: "date" });

/** The number of the subject's last event; counted on under the lock on this row. */
const eventSeq = () => integer("event_seq").notNull().default(0);

export const projects = pgTable("projects", {
  id: uuid("id").primaryKey(),
  name: text("name").notNull(),
  publicKey: text("public_key").notNull().unique(),
  /** Empty: any origin. */
  allowedOrigins: text("allowed_origins").array().notNull().default(sql`'{}'::text[]`),
  /** How many calls and rooms may be open at once; null: no limit. */
  connectionLimit: integer("connection_limit"),
  defaultAccessControl: text("default_access_control", { enum: ["private", "public"] })
    .notNull()
    .default("public"),
  /** Whom Stripe bills for the project's usage of rooms; null: nobody. */
  stripeCustomerId: text("stripe_customer_id"),
  /** Usage before this time is not billed; null while nobody is. */
  billedFrom: instant("billed_from"),
  createdAt: instant("created_at").notNull().defaultNow(),
  deletedAt: instant("deleted_at"),
  eventSeq: eventSeq(),
});

export const secretKeys = pgTable(
  "secret_keys",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    name: text("name").notNull(),
    hash: bytes("hash").notNull().unique(),
    createdAt: instant("created_at").notNull().defaultNow(),
    lastUsedAt: instant("last_used_at"),
    revokedAt: instant("revoked_at"),
  },
  (table) => [index("secret_keys_by_project").on(table.projectId)],
);

/** Processes that own something. Good until `leaseUntil`; the epoch grows with every claim of the id. */
export const nodes = pgTable("nodes", {
  id: text("id").primaryKey(),
  service: text("service").notNull(),
  epoch: bigint("epoch", { mode: "number" }).notNull(),
  leaseUntil: instant("lease_until").notNull(),
  startedAt: instant("started_at").notNull().defaultNow(),
});

export const calls = pgTable(
  "calls",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    accessControl: text("access_control", { enum: ["private", "public"] }).notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
    /** Counts the call's steps without gaps, so that a node notices an event that it missed. */
    version: integer("version").notNull().default(0),
    /** Both seats were taken at the same time once: from then on the last `leave` ends the call. */
    wasFull: boolean("was_full").notNull().default(false),
    /** Since when nobody has been connected; null while somebody is. */
    idleSince: instant("idle_since").defaultNow(),
    tombstonedAt: instant("tombstoned_at"),
    tombstoneReason: text("tombstone_reason", { enum: ["left", "terminated", "idle"] }),
    eventSeq: eventSeq(),
  },
  (table) => [
    index("calls_by_project").on(table.projectId, table.createdAt.desc(), table.id),
    index("calls_open_by_project").on(table.projectId).where(sql`${table.tombstonedAt} is null`),
    index("calls_idle").on(table.idleSince).where(sql`${table.tombstonedAt} is null`),
    index("calls_ended").on(table.tombstonedAt).where(sql`${table.tombstonedAt} is not null`),
  ],
);

/**
 * How many calls or rooms a project has: the sum of its slots. Several, so that those who create some at the same time
 * seldom wait for each other.
 */
const totals = (name: string) =>
  pgTable(
    name,
    {
      projectId: uuid("project_id")
        .notNull()
        .references(() => projects.id),
      slot: smallint("slot").notNull(),
      total: bigint("total", { mode: "number" }).notNull(),
    },
    (table) => [primaryKey({ columns: [table.projectId, table.slot] })],
  );

export const callTotals = totals("call_totals");
export const roomTotals = totals("room_totals");

/** Who used a token, since `usedAt`, and for which attempt: the same attempt is the same join. */
const tokenUse = () => ({ peerId: text("peer_id"), attemptHash: bytes("attempt_hash") });

/** Since when a peer has been unconfirmed: whether its client heard that it joined is not known. Null: it did. */
const unconfirmedSince = () => instant("unconfirmed_since");

export const callTokens = pgTable(
  "call_tokens",
  {
    hash: bytes("hash").primaryKey(),
    callId: uuid("call_id")
      .notNull()
      .references(() => calls.id, { onDelete: "cascade" }),
    /** Minted by a browser, which has no more than the public key. */
    byPublicKey: boolean("by_public_key").notNull().default(false),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    usedAt: instant("used_at"),
    ...tokenUse(),
  },
  (table) => [index("call_tokens_by_call").on(table.callId), index("call_tokens_by_expiry").on(table.expiresAt)],
);

/** Who holds a seat of a call. Of those who `left` or `expired`, who hold none, the last few are kept to tell why. */
export const callPeers = pgTable(
  "call_peers",
  {
    callId: uuid("call_id")
      .notNull()
      .references(() => calls.id, { onDelete: "cascade" }),
    peerId: text("peer_id").notNull(),
    status: text("status", { enum: ["connected", "disconnected", "left", "expired"] }).notNull(),
    /** Counts the sockets that claimed this peer; a write under an older epoch is refused. */
    epoch: integer("epoch").notNull(),
    /** The node that holds the socket, and that node's epoch when it claimed. */
    nodeId: text("node_id").notNull(),
    nodeEpoch: bigint("node_epoch", { mode: "number" }).notNull(),
    joinedAt: instant("joined_at").notNull(),
    updatedAt: instant("updated_at").notNull(),
    /** End of the window to reconnect; null while connected. */
    expiresAt: instant("expires_at"),
    reconnectHash: bytes("reconnect_hash").notNull(),
    /** The token of the last `call_reconnected`: replaces the other one when it is used first. */
    freshReconnectHash: bytes("fresh_reconnect_hash"),
    unconfirmedSince: unconfirmedSince(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.peerId] }),
    index("call_peers_by_node").on(table.nodeId).where(sql`${table.status} = 'connected'`),
    index("call_peers_by_expiry").on(table.expiresAt).where(sql`${table.status} = 'disconnected'`),
  ],
);

/** Signals for a disconnected peer, in order, until it reconnects or its window is over. */
export const heldSignals = pgTable(
  "held_signals",
  {
    id: bigserial("id", { mode: "number" }).primaryKey(),
    callId: uuid("call_id").notNull(),
    peerId: text("peer_id").notNull(),
    /** The frame as the target will get it. */
    frame: text("frame").notNull(),
    byteLength: integer("byte_length").notNull(),
  },
  (table) => [
    index("held_signals_by_peer").on(table.callId, table.peerId, table.id),
    foreignKey({
      columns: [table.callId, table.peerId],
      foreignColumns: [callPeers.callId, callPeers.peerId],
    }).onDelete("cascade"),
  ],
);

export const rooms = pgTable(
  "rooms",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    /** Null: no limit. */
    maxParticipants: integer("max_participants"),
    e2ee: text("e2ee", { enum: ["optional", "required"] })
      .notNull()
      .default("optional"),
    metadata: json("metadata"),
    idleSeconds: integer("idle_seconds").notNull().default(3_600),
    createdAt: instant("created_at").notNull().defaultNow(),
    /** The sfu node that has the room's media, and that node's epoch when it claimed; null: nobody. */
    homeNodeId: text("home_node_id"),
    homeNodeEpoch: bigint("home_node_epoch", { mode: "number" }),
    /** Counts the claims on the room; a write of a home under an older epoch is refused. */
    homeEpoch: integer("home_epoch").notNull().default(0),
    /** Since when nobody has been connected; null while somebody is. */
    idleSince: instant("idle_since").defaultNow(),
    tombstonedAt: instant("tombstoned_at"),
    tombstoneReason: text("tombstone_reason", { enum: ["terminated", "idle"] }),
    eventSeq: eventSeq(),
  },
  (table) => [
    index("rooms_by_project").on(table.projectId, table.createdAt.desc(), table.id),
    index("rooms_open_by_project").on(table.projectId).where(sql`${table.tombstonedAt} is null`),
    index("rooms_by_home").on(table.homeNodeId).where(sql`${table.homeNodeId} is not null`),
    index("rooms_idle").on(table.idleSince).where(sql`${table.tombstonedAt} is null`),
    index("rooms_ended").on(table.tombstonedAt).where(sql`${table.tombstonedAt} is not null`),
  ],
);

/** Who somebody is and what it may do, as the backend said it when it minted the token. */
const participant = () => ({
  identity: text("identity"),
  name: text("name"),
  metadata: json("metadata"),
  canPublish: boolean("can_publish").notNull().default(true),
  canSubscribe: boolean("can_subscribe").notNull().default(true),
});

export const roomTokens = pgTable(
  "room_tokens",
  {
    hash: bytes("hash").primaryKey(),
    roomId: uuid("room_id")
      .notNull()
      .references(() => rooms.id, { onDelete: "cascade" }),
    ...participant(),
    /** What becomes of earlier peers of the identity. */
    duplicateIdentity: text("duplicate_identity", { enum: ["allow", "replace"] })
      .notNull()
      .default("allow"),
    createdAt: instant("created_at").notNull().defaultNow(),
    expiresAt: instant("expires_at").notNull(),
    /** Also when it was made void, because its identity was kicked. */
    usedAt: instant("used_at"),
    ...tokenUse(),
  },
  (table) => [
    index("room_tokens_by_room").on(table.roomId, table.identity),
    index("room_tokens_by_expiry").on(table.expiresAt),
  ],
);

/** Who holds a place in a room; the row is gone when the place is free. */
export const roomPeers = pgTable(
  "room_peers",
  {
    roomId: uuid("room_id")
      .notNull()
      .references(() => rooms.id, { onDelete: "cascade" }),
    peerId: text("peer_id").notNull(),
    ...participant(),
    status: text("status", { enum: ["connected", "disconnected"] }).notNull(),
    joinedAt: instant("joined_at").notNull().defaultNow(),
    /** End of the window to resume; null while connected. */
    expiresAt: instant("expires_at"),
    /** Null: a peer that cannot resume leaves with its socket. */
    resumeHash: bytes("resume_hash"),
    /** The token of the last resumption: replaces the other one when it is used first. */
    freshResumeHash: bytes("fresh_resume_hash"),
    unconfirmedSince: unconfirmedSince(),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.peerId] }),
    index("room_peers_by_expiry").on(table.expiresAt).where(sql`${table.status} = 'disconnected'`),
  ],
);

/** Where the media of a room is: on its home's node, or on others. */
export const roomMediaSites = pgTable(
  "room_media_sites",
  {
    roomId: uuid("room_id")
      .notNull()
      .references(() => rooms.id, { onDelete: "cascade" }),
    nodeId: text("node_id").notNull(),
    /** That node's epoch when it opened the site. */
    nodeEpoch: bigint("node_epoch", { mode: "number" }).notNull(),
    /** Counts the sites that the room has had on this node; a write under an older epoch is refused. */
    siteEpoch: integer("site_epoch").notNull().default(1),
    openedAt: instant("opened_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.roomId, table.nodeId] }),
    index("room_media_sites_by_node").on(table.nodeId),
  ],
);

/**
 * The ledger: one row per participant session. It counts up to `closedAt`, or while it is open up to `checkpointedAt`;
 * never beyond what its node has seen.
 */
export const usageSessions = pgTable(
  "usage_sessions",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    kind: text("kind", { enum: ["p2p", "room"] }).notNull(),
    /** The call or the room; no reference, the ledger outlives both. */
    subjectId: uuid("subject_id").notNull(),
    peerId: text("peer_id").notNull(),
    identity: text("identity"),
    nodeId: text("node_id").notNull(),
    nodeEpoch: bigint("node_epoch", { mode: "number" }).notNull(),
    openedAt: instant("opened_at").notNull().defaultNow(),
    checkpointedAt: instant("checkpointed_at").notNull().defaultNow(),
    closedAt: instant("closed_at"),
    closeReason: text("close_reason"),
    /** Counted in `usage_hours`. */
    isRolledUp: boolean("is_rolled_up").notNull().default(false),
  },
  (table) => [
    index("usage_sessions_by_project").on(table.projectId, table.openedAt, table.closedAt),
    index("usage_sessions_fresh_by_project").on(table.projectId).where(sql`not ${table.isRolledUp}`),
    index("usage_sessions_to_roll_up")
      .on(table.closedAt)
      .where(sql`${table.closedAt} is not null and not ${table.isRolledUp}`),
    index("usage_sessions_rolled_up").on(table.closedAt).where(sql`${table.isRolledUp}`),
    index("usage_sessions_open_by_node").on(table.nodeId, table.nodeEpoch).where(sql`${table.closedAt} is null`),
    // Two sessions of one peer never overlap.
    uniqueIndex("usage_sessions_open_by_peer").on(table.subjectId, table.peerId).where(sql`${table.closedAt} is null`),
  ],
);

/** What the sessions of a project come to by the hour of UTC. It stays when the sessions are deleted. */
export const usageHours = pgTable(
  "usage_hours",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    hour: instant("hour").notNull(),
    kind: text("kind", { enum: ["p2p", "room"] }).notNull(),
    /** Of all participants within the hour, to the millisecond. */
    seconds: numeric("seconds", { precision: 18, scale: 3, mode: "number" }).notNull(),
    /** How many sessions were opened within the hour. */
    sessions: integer("sessions").notNull(),
    /** When the earliest of the sessions that reach into the hour was opened. */
    earliestOpenedAt: instant("earliest_opened_at").notNull(),
    /** How many whole seconds meter events were made of. */
    billedSeconds: bigint("billed_seconds", { mode: "number" }).notNull().default(0),
  },
  (table) => [
    primaryKey({ columns: [table.projectId, table.hour, table.kind] }),
    index("usage_hours_to_bill")
      .on(table.projectId, table.hour)
      .where(sql`${table.kind} = 'room' and ${table.seconds} >= ${table.billedSeconds} + 1`),
  ],
);

/** One row: sessions that were closed before this time may have been deleted. */
export const usageRetention = pgTable("usage_retention", {
  one: boolean("one").primaryKey().default(true),
  deletedBefore: instant("deleted_before").notNull(),
});

/** Seconds of participants in rooms, as they are reported to Stripe; a row never changes but for the outcome. */
export const meterEvents = pgTable(
  "meter_events",
  {
    id: uuid("id").primaryKey(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id),
    stripeCustomerId: text("stripe_customer_id").notNull(),
    hour: instant("hour").notNull(),
    seconds: bigint("seconds", { mode: "number" }).notNull(),
    /** When it was first sent; null: never. */
    sentAt: instant("sent_at"),
    /** When Stripe accepted or refused it; null: it is to be sent, once more if need be. */
    settledAt: instant("settled_at"),
    /** Why Stripe refused it, or why it is not sent any more. */
    problem: text("problem"),
  },
  (table) => [index("meter_events_unsettled").on(table.hour).where(sql`${table.settledAt} is null`)],
);

/** Answers of requests that carried an Idempotency-Key, readable only with the credential that made the request. */
export const idempotentAnswers = pgTable(
  "idempotent_answers",
  {
    /** What the key belongs to: a project's id, or `admin`. */
    scope: text("scope").notNull(),
    key: text("key").notNull(),
    requestHash: bytes("request_hash").notNull(),
    /** The answer's body, sealed (AES-256-GCM) under a key derived from the caller's credential. */
    sealedAnswer: bytes("sealed_answer").notNull(),
    createdAt: instant("created_at").notNull().defaultNow(),
  },
  (table) => [
    primaryKey({ columns: [table.scope, table.key] }),
    index("idempotent_answers_by_age").on(table.createdAt),
  ],
);

const numbered = ({ position }: { readonly position: AnyPgColumn }) => sql`${position} is not null`;

/**
 * The outbox: what became true, written in the transaction that made it true. Rows come without a position; the sequencer
 * numbers them once they are committed, and readers page by that number.
 */
export const events = pgTable(
  "events",
  {
    /** Grows in the order of insertion; within one subject that is the order of `seq`. */
    id: bigserial("id", { mode: "number" }).primaryKey(),
    position: bigint("position", { mode: "number" }),
    eventId: uuid("event_id").notNull().default(sql`gen_random_uuid()`),
    projectId: uuid("project_id").notNull(),
    type: text("type").notNull(),
    subjectKind: text("subject_kind", { enum: ["call", "room", "session", "project"] }).notNull(),
    subjectId: uuid("subject_id").notNull(),
    /** Counts the events of the subject from 1, without gaps. */
    seq: integer("seq").notNull(),
    occurredAt: instant("occurred_at").notNull(),
    data: json("data").$type<Readonly<Record<string, unknown>>>().notNull(),
  },
  (table) => [
    index("events_unnumbered").on(table.id).where(sql`${table.position} is null`),
    uniqueIndex("events_by_seq").on(table.subjectId, table.seq),
    // What readers page by. Partial, so that whoever writes an event does not pay for them; the sequencer does.
    index("events_by_project").on(table.projectId, table.position).where(numbered(table)),
    index("events_by_type").on(table.projectId, table.type, table.position).where(numbered(table)),
    index("events_by_subject").on(table.projectId, table.subjectId, table.position).where(numbered(table)),
  ],
);

/** One row: how far the sequencer has come, and up to where events were deleted because of their age. */
export const eventPositions = pgTable("event_positions", {
  one: boolean("one").primaryKey().default(true),
  last: bigint("last", { mode: "number" }).notNull().default(0),
  deleted: bigint("deleted", { mode: "number" }).notNull().default(0),
});

/** Periodic work of the cluster: which node does it, and until when nobody else does. */
export const chores = pgTable("chores", {
  name: text("name").primaryKey(),
  nodeId: text("node_id").notNull(),
  leaseUntil: instant("lease_until").notNull(),
});
