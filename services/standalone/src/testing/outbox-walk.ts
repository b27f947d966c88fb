import { connect } from "@radist-tech/db";
import { P2P_SOCKET_PATH, ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { type ListedEvent, RadistServerClient, RadistServerError } from "@radist-tech/server";
import { type AnyMessage, connectSocket, type TestSocket } from "@radist-tech/testkit";
import { expect } from "vitest";
import { type Nodes, PLANES, startNodes } from "./nodes.ts";
import { openSessions, views } from "./outbox-views.ts";

/** Windows short enough to run out in a walk. */
const WINDOWS = {
  LEASE_MS: "3000",
  LEASE_RENEW_MS: "500",
  RECONNECT_WINDOW_MS: "3000",
  RESUME_WINDOW_MS: "3000",
  CHECKPOINT_MS: "1000",
};
const SOON = { timeout: 120_000, interval: 100 };

type Kind = "call" | "room";

/** A call or room that is open as far as the walk knows, with tokens that nobody has used yet. */
interface Subject {
  readonly kind: Kind;
  readonly id: string;
  readonly tokens: string[];
}

/** A participant: on a socket, or with what it takes to come back. */
interface Participant {
  readonly subject: Subject;
  readonly peerId: string;
  returnToken: string;
  socket: TestSocket | undefined;
  producers: number;
}

/**
 * Random requests and sockets on all planes at once, with nodes killed in between. After every step the outbox, replayed
 * from the first event of each subject, gives what the tables show; and whoever reads `GET …/events` meanwhile gets each
 * event once, those of one subject in the order of their numbers.
 */
export async function walkOutbox({ steps, kills, seed }: { steps: number; kills: number; seed: number }) {
  await using nodes = await startNodes({ env: WINDOWS });
  await using database = await connect(nodes.databaseUrl);
  const walk = new Walk(nodes, seed);
  const reading = readEvents(walk.client);
  for (let step = 1; step <= steps; step++) {
    const isKill = step % Math.ceil(steps / (kills + 1)) === 0;
    const what = isKill ? await walk.kill() : await walk.next();
    for (const { subject, outbox, tables } of await views(database)) {
      expect(outbox, `seed ${seed}, step ${step}: ${what}; ${subject}`).toEqual(tables);
    }
  }
  await walk.end();
  await expect.poll(() => openSessions(database), SOON).toBe(0);
  const written = (await views(database)).reduce((sum, { events }) => sum + events, 0);
  expect(written).toBeGreaterThan(steps / 2);
  await expect.poll(() => reading.of("call", "room").length, SOON).toBe(written);
  expectInOrder(await reading.stop());
}

class Walk {
  readonly #nodes: Nodes;
  readonly #random: () => number;
  readonly #subjects: Subject[] = [];
  readonly #participants: Participant[] = [];

  constructor(nodes: Nodes, seed: number) {
    this.#nodes = nodes;
    this.#random = randomNumbers(seed);
    const { projectId, secretKey } = nodes.project;
    let turn = 0;
    const fetchFromOne: typeof fetch = (input, init) => {
      const { pathname, search } = new URL(input instanceof Request ? input.url : input);
      return fetch(`${nodes.url("api", turn++)}${pathname}${search}`, init);
    };
    const apiBaseUrl = `${nodes.url("api", 0)}/api/v1`;
    this.client = new RadistServerClient(secretKey, { projectId, apiBaseUrl, fetch: fetchFromOne });
  }

  /** Its requests go to one node or the other, as a gateway would have it, whichever processes these are then. */
  readonly client: RadistServerClient;

  async kill(): Promise<string> {
    const plane = this.#pick(PLANES) ?? "api";
    const which = this.#below(2);
    await this.#nodes.replace(plane, which);
    return `${plane} ${which} killed`;
  }

  /** @returns what was done */
  async next(): Promise<string> {
    const chance = this.#below(100);
    if (this.#subjects.length === 0 || chance < 10) return this.#create(this.#below(2) === 0 ? "call" : "room");
    if (chance < 45) return this.#join();
    if (chance < 60) return this.#drop();
    if (chance < 75) return this.#return();
    if (chance < 82) return this.#produce();
    if (chance < 92) return this.#leave();
    return this.#endOrKick();
  }

  /** Ends everything that is still open. */
  async end(): Promise<void> {
    for (const subject of this.#subjects) await this.#terminate(subject);
    for (const { socket } of this.#participants) socket?.terminate();
  }

  async #create(kind: Kind): Promise<string> {
    const { client } = this;
    const subject: Subject =
      kind === "call"
        ? await client
            .createP2PConnection()
            .then(({ callId, callTokens }) => ({ kind, id: callId, tokens: [...callTokens] }))
        : await client
            .createRoom({ tokens: 4 })
            .then(({ roomId, roomTokens }) => ({ kind, id: roomId, tokens: [...roomTokens] }));
    this.#subjects.push(subject);
    return `${kind} created`;
  }

  async #join(): Promise<string> {
    const subject = this.#pick(this.#subjects.filter(({ tokens }) => tokens.length > 0));
    const token = subject?.tokens.pop();
    if (!subject || token === undefined) return "nobody can join";
    const query = subject.kind === "call" ? { callToken: token } : { roomToken: token };
    const opened = await this.#open(subject, query);
    if (!opened) return `${subject.kind} refused a join`;
    const { socket, message } = opened;
    this.#participants.push({
      subject,
      socket,
      peerId: String(message.peerId),
      returnToken: String(message.reconnectToken ?? message.resumeToken),
      producers: 0,
    });
    return `joined a ${subject.kind}`;
  }

  async #drop(): Promise<string> {
    const participant = this.#pick(this.#onSockets());
    participant?.socket?.terminate();
    if (participant) participant.socket = undefined;
    return "a socket was cut";
  }

  async #return(): Promise<string> {
    const participant = this.#pick(this.#participants);
    if (!participant) return "nobody can return";
    const { subject, peerId, returnToken } = participant;
    const query =
      subject.kind === "call"
        ? { callId: subject.id, peerId, reconnectToken: returnToken }
        : { roomId: subject.id, peerId, resumeToken: returnToken };
    participant.socket?.terminate();
    participant.socket = undefined;
    const opened = await this.#open(subject, query);
    if (!opened) {
      this.#forget(participant);
      return "a return was refused";
    }
    participant.socket = opened.socket;
    participant.returnToken = String(opened.message.reconnectToken ?? opened.message.resumeToken);
    return `returned to a ${subject.kind}`;
  }

  async #produce(): Promise<string> {
    const participant = this.#pick(this.#onSockets().filter(({ subject }) => subject.kind === "room"));
    if (!participant?.socket) return "nobody can produce";
    const requestId = crypto.randomUUID();
    participant.socket.send({
      type: "produce",
      kind: "audio",
      rtpParameters: voice(++participant.producers),
      requestId,
    });
    const answer = await answerOrEnd(participant.socket, requestId);
    return `produced: ${answer}`;
  }

  async #leave(): Promise<string> {
    const participant = this.#pick(this.#onSockets());
    if (!participant?.socket) return "nobody can leave";
    participant.socket.send({ type: participant.subject.kind === "call" ? "leave" : "leave-room" });
    await participant.socket.closed;
    this.#forget(participant);
    return `left a ${participant.subject.kind}`;
  }

  async #endOrKick(): Promise<string> {
    const guest = this.#pick(this.#participants.filter(({ subject }) => subject.kind === "room"));
    if (guest && this.#below(2) === 0) {
      await unlessGone(this.client.kickParticipant({ roomId: guest.subject.id, peerId: guest.peerId }));
      this.#forget(guest);
      return "kicked";
    }
    const subject = this.#pick(this.#subjects);
    if (!subject) return "nothing to end";
    this.#subjects.splice(this.#subjects.indexOf(subject), 1);
    await this.#terminate(subject);
    return `${subject.kind} ended`;
  }

  async #terminate({ kind, id }: Subject): Promise<void> {
    const { client } = this;
    await unlessGone(kind === "call" ? client.endCall(id) : client.endRoom(id));
  }

  /** Tries again while a node is unavailable, as clients do; undefined when it is refused for good. */
  async #open(
    { kind }: Subject,
    query: Record<string, string>,
  ): Promise<{ socket: TestSocket; message: AnyMessage } | undefined> {
    const { publicKey } = this.#nodes.project;
    const parameters = new URLSearchParams({ publicKey, ...query, ...(kind === "room" && { features: "resume" }) });
    const [plane, path] =
      kind === "call" ? (["signaling", P2P_SOCKET_PATH] as const) : (["sfu", ROOM_SOCKET_PATH] as const);
    for (;;) {
      const origin = this.#nodes.url(plane, this.#below(2)).replace("http", "ws");
      const socket = await connectSocket(`${origin}${path}?${parameters}`);
      const message = await socket.next();
      if (message.type !== "error") return { socket, message };
      await socket.closed;
      if (message.code !== "unavailable") return undefined;
    }
  }

  #onSockets(): Participant[] {
    return this.#participants.filter(({ socket }) => socket?.webSocket.readyState === WebSocket.OPEN);
  }

  #forget(participant: Participant): void {
    this.#participants.splice(this.#participants.indexOf(participant), 1);
    participant.socket?.terminate();
  }

  #below(limit: number): number {
    return Math.floor(this.#random() * limit);
  }

  #pick<T>(from: readonly T[]): T | undefined {
    return from[this.#below(from.length)];
  }
}

/** The numbers of mulberry32, from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const voice = (ssrc: number) => ({
  codecs: [
    { mimeType: "audio/opus", payloadType: 111, clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] },
  ],
  headerExtensions: [],
  encodings: [{ ssrc: 1_000 + ssrc }],
  rtcp: { cname: `voice-${ssrc}`, reducedSize: true },
});

/** A node may die before it answers. */
async function answerOrEnd(socket: TestSocket, requestId: string): Promise<string> {
  return Promise.race([
    socket.answer(requestId).then(
      ({ type }) => type,
      () => "no answer",
    ),
    socket.closed.then(() => "closed"),
  ]);
}

/** What is to be ended may have ended by itself. */
async function unlessGone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!(error instanceof RadistServerError) || error.status !== 404) throw error;
  }
}

function readEvents(client: RadistServerClient) {
  const stopping = new AbortController();
  const read: ListedEvent[] = [];
  const reading = (async () => {
    for await (const event of client.events({ signal: stopping.signal })) read.push(event);
  })();
  return {
    of: (...kinds: string[]) => read.filter(({ subject }) => kinds.includes(subject.kind)),
    async stop() {
      stopping.abort();
      await reading;
      return read;
    },
  };
}

function expectInOrder(read: readonly ListedEvent[]): void {
  expect(new Set(read.map(({ eventId }) => eventId)).size).toBe(read.length);
  for (const [subject, events] of Map.groupBy(read, (event) => `${event.subject.kind} ${event.subject.id}`)) {
    expect(
      events.map(({ seq }) => seq),
      subject,
    ).toEqual(events.map((_event, index) => index + 1));
  }
}
