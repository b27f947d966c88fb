import { signal } from "@preact/signals";
import { RadistClient, RadistError } from "@radist-tech/client";
import { BackendError, mintRoomToken, pageConfig } from "../backend/backend.ts";
import { LocalMedia } from "../media/device-signals.ts";
import { keepFreshToken, takeFreshToken } from "../meeting/fresh-token.ts";
import { announce } from "../ui/announcer.tsx";
import { ownName } from "../ui/name.ts";
import { OVER_TEXTS, type Over, overOfCode } from "./ending.ts";
import { JoinedRoom } from "./joined-room.ts";
import { forgetRoom, rememberRoom, wasInRoom } from "./rejoin.ts";
import { tokenKey } from "./token-key.ts";

/**
 * entering ─▶ lobby ─▶ in-room ─▶ over ─▶ lobby …
 *     └───────────────────▲ the starter of a room, and a reloaded page, go straight in
 */
export type Phase =
  | { readonly name: "entering" }
  | { readonly name: "lobby"; readonly joining: boolean; readonly problem: string | null }
  | { readonly name: "in-room"; readonly room: JoinedRoom }
  | { readonly name: "over"; readonly over: Over };

/** The life of the view of one room, from the link to the end. */
export class RoomSession {
  readonly roomId: string;
  readonly media = new LocalMedia();
  readonly phase = signal<Phase>({ name: "entering" });
  #disposed = false;

  constructor(roomId: string) {
    this.roomId = roomId;
  }

  /** Looks what this tab already has, and goes as far as that allows. */
  async open(): Promise<void> {
    if (typeof RTCPeerConnection === "undefined") return this.#end("unsupported");
    const returns = wasInRoom(this.roomId);
    const name = ownName.peek();
    const token = this.#takeToken();
    if (!returns && !token) return this.toLobby();
    await this.media.start();
    if (returns || Object.keys(this.media.problems.value).length === 0) return this.#join(token);
    this.#keepToken(token, name);
    this.#showLobby(null);
  }

  /** Shows the lobby; a room that cannot be joined says so before the user gets ready for it. */
  async toLobby(): Promise<void> {
    this.#showLobby(null);
    // Joining tries again, and tells, if this fails.
    RadistClient.prepareRooms().catch(() => {});
    const starting = this.media.start();
    // The user may write another name before the answer comes.
    const name = ownName.peek();
    this.#keepToken(await this.#mint(), name);
    await starting;
  }

  async join(): Promise<void> {
    this.phase.value = { name: "lobby", joining: true, problem: null };
    this.media.acceptProblems();
    await this.#join(this.#takeToken());
  }

  async leave(): Promise<void> {
    const { value: phase } = this.phase;
    this.#end("left");
    if (phase.name === "in-room") await phase.room.connection.leave();
  }

  /** The view is gone, though not by a reload: so is the user. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.leave();
  }

  #takeToken(): string | undefined {
    return takeFreshToken(tokenKey(this.roomId, ownName.peek()));
  }

  /** @param name under which the token brings the user in */
  #keepToken(token: string | undefined, name: string): void {
    if (token) keepFreshToken(tokenKey(this.roomId, name), token);
  }

  async #mint(): Promise<string | undefined> {
    try {
      return await mintRoomToken(this.roomId, ownName.peek());
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  /** Takes a place, by the token if there is one, else by a new one. */
  async #join(kept: string | undefined): Promise<void> {
    const roomToken = kept ?? (await this.#mint());
    if (!roomToken || this.#disposed) return;
    try {
      const { publicKey, apiBaseUrl } = await pageConfig();
      const client = new RadistClient({ publicKey, apiBaseUrl });
      // The own devices are published afterwards, one by one, as they are: muted ones muted.
      const connection = await client.createRoomConnection({ roomToken, localStream: new MediaStream() });
      if (this.#disposed) return void connection.leave();
      window.radist = { room: connection };
      const room = new JoinedRoom(connection, this.media, (over) => this.#end(over));
      rememberRoom(this.roomId);
      this.phase.value = { name: "in-room", room };
      announce("You are in the room.");
    } catch (error) {
      // The token waited for longer in the lobby than it lives.
      const stale = error instanceof RadistError && error.code === "invalid_token";
      if (stale && kept) return this.#join(undefined);
      this.#refused(error);
    }
  }

  /** An attempt failed: for good, or so that the lobby can offer another. */
  #refused(error: unknown): void {
    // The lobby asked for a token, was answered late, and the user had got in by another one.
    if (this.phase.peek().name === "in-room") return;
    if (!(error instanceof RadistError || error instanceof BackendError)) {
      console.error(error);
      this.#end("failed");
      return;
    }
    const over = overOfCode(error.code);
    if (over) {
      this.#end(over);
      return;
    }
    this.#showLobby(error.message);
    announce(error.message);
  }

  #showLobby(problem: string | null): void {
    if (!this.#disposed) this.phase.value = { name: "lobby", joining: false, problem };
  }

  #end(over: Over): void {
    const { value: phase } = this.phase;
    if (phase.name === "over") return;
    if (phase.name === "in-room") phase.room.dispose();
    this.media.stop();
    forgetRoom();
    if (this.#disposed) return;
    this.phase.value = { name: "over", over };
    announce(OVER_TEXTS[over].title);
  }
}
