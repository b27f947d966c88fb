import { type RoomRoster, RoomSocket, updateRoster } from "@radist-tech/client/headless";
import { WebSocket } from "ws";
import type { View, Views } from "../history/views.ts";
import type { Platform, Project } from "../platform/platform.ts";

const GATEWAY = "gateway";

/** One client of a room, by the SDK's own socket, without media. */
class Participant {
  readonly #socket: RoomSocket;
  #roster: RoomRoster = new Map();
  #peerId = "";
  #ending: string | undefined;

  constructor(platform: Platform, { publicKey }: Project, roomToken: string) {
    this.#socket = new RoomSocket({
      apiBase: `http://${GATEWAY}/api/v1`,
      publicKey,
      credentials: { roomToken },
      redundantAudio: false,
      webSocketFactory: (url) => {
        const socket = new WebSocket(url.replace(`ws://${GATEWAY}`, platform.pick("sfu").replace("http", "ws")));
        socket.on("error", () => {});
        return socket as unknown as globalThis.WebSocket;
      },
      handlers: {
        message: (message) => {
          if (message.type === "room-joined" || message.type === "room-resumed") this.#peerId = message.peerId;
          this.#roster = updateRoster(this.#roster, message).roster;
        },
        seated: () => {},
        state: () => {},
        error: () => {},
        ended: ({ reason, error }) => {
          this.#ending = error ? `${reason} (${error.code})` : reason;
        },
      },
    });
  }

  get peerId(): string {
    return this.#peerId;
  }

  /** Why it is over; undefined while it is not. */
  get ending(): string | undefined {
    return this.#ending;
  }

  get isConnected(): boolean {
    return this.#socket.state === "connected";
  }

  get view(): View {
    const others = [...this.#roster.values()].map(
      ({ peerId, isConnected }) => [peerId, statusOf(isConnected)] as const,
    );
    return Object.fromEntries([...others, [this.#peerId, "connected" as const]]);
  }

  connect(): Promise<void> {
    return this.#socket.connect();
  }

  leave(): Promise<void> {
    return this.#socket.leave();
  }
}

const statusOf = (isConnected: boolean): View[string] => (isConnected ? "connected" : "disconnected");

interface Room {
  readonly roomId: string;
  readonly project: Project;
  readonly participants: readonly Participant[];
}

/** Rooms in which people are, beside the calls. */
export class Rooms implements AsyncDisposable {
  readonly #platform: Platform;
  readonly #rooms: Room[] = [];

  private constructor(platform: Platform) {
    this.#platform = platform;
  }

  static async start(platform: Platform, count: number, people: number): Promise<Rooms> {
    const rooms = new Rooms(platform);
    await Promise.all(Array.from({ length: count }, (_, index) => rooms.#open(index, people)));
    return rooms;
  }

  get ids(): readonly string[] {
    return this.#rooms.map(({ roomId }) => roomId);
  }

  get areComplete(): boolean {
    return this.#rooms.every(({ participants }) => participants.every(({ isConnected }) => isConnected));
  }

  get endings(): readonly string[] {
    return this.#rooms.flatMap(({ participants }) => participants.flatMap(({ ending }) => ending ?? []));
  }

  async views(): Promise<Views[]> {
    return Promise.all(
      this.#rooms.map(async ({ roomId, project, participants }) => {
        const { participants: told } = await this.#platform.backend(project).getRoom(roomId);
        const seen: Record<string, View> = {
          "the api": Object.fromEntries(told.map(({ peerId, status }) => [peerId, statusOf(status === "connected")])),
        };
        for (const each of participants) seen[each.peerId] = each.view;
        return { call: roomId, present: participants.map(({ peerId }) => peerId), seen };
      }),
    );
  }

  async leave(): Promise<void> {
    await Promise.all(this.#rooms.flatMap(({ participants }) => participants.map((each) => each.leave())));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.leave();
  }

  async #open(index: number, people: number): Promise<void> {
    const project = this.#platform.projects[index % this.#platform.projects.length];
    if (!project) throw new Error("There is no project.");
    const { roomId, roomTokens } = await this.#platform.backend(project).createRoom({ tokens: people });
    const participants = roomTokens.map((token) => new Participant(this.#platform, project, token));
    this.#rooms.push({ roomId, project, participants });
    await Promise.all(participants.map((each) => each.connect()));
  }
}
