import { signal } from "@preact/signals";
import { RadistClient, RadistError, type ResumeState } from "@radist-tech/client";
import { BackendError, mintCallToken, pageConfig } from "../backend/backend.ts";
import { LocalMedia } from "../media/device-signals.ts";
import { keepFreshToken, takeFreshToken } from "./fresh-token.ts";
import { announce } from "../ui/announcer.tsx";
import { OVER_TEXTS, type Over, overOfCode } from "./ending.ts";
import { JoinedCall } from "../call/joined-call.ts";
import { forgetResume, loadResume } from "../call/resume-store.ts";

/**
 * entering ─▶ lobby ─▶ in-call ─▶ over ─▶ lobby …
 *     └───────────────────▲ the starter of a call, and a reloaded page, go straight in
 */
export type Phase =
  | { readonly name: "entering" }
  | { readonly name: "lobby"; readonly joining: boolean; readonly problem: string | null }
  | { readonly name: "in-call"; readonly call: JoinedCall }
  | { readonly name: "over"; readonly over: Over };

type Credentials = { readonly callToken: string } | { readonly resume: ResumeState };

/** The life of the view of one call, from the link to the end. */
export class CallSession {
  readonly callId: string;
  readonly media = new LocalMedia();
  readonly phase = signal<Phase>({ name: "entering" });
  #disposed = false;

  constructor(callId: string) {
    this.callId = callId;
  }

  /** Looks what this tab already has, and goes as far as that allows. */
  async open(): Promise<void> {
    if (typeof RTCPeerConnection === "undefined") return this.#end("unsupported");
    const resume = loadResume(this.callId);
    if (resume) {
      await this.media.start();
      return this.#join({ resume });
    }
    const token = takeFreshToken(this.callId);
    if (token) {
      await this.media.start();
      if (Object.keys(this.media.problems.value).length === 0) return this.#join({ callToken: token });
      keepFreshToken(this.callId, token);
      this.#showLobby(null);
      return;
    }
    await this.toLobby();
  }

  /** Shows the lobby; a call that cannot be joined says so before the user gets ready for it. */
  async toLobby(): Promise<void> {
    this.#showLobby(null);
    const starting = this.media.start();
    const token = await this.#mint();
    if (token) keepFreshToken(this.callId, token);
    await starting;
  }

  /** Takes a seat: the one that this tab already has, else one by the token that the lobby got, or by a new one. */
  async join(): Promise<void> {
    this.phase.value = { name: "lobby", joining: true, problem: null };
    this.media.acceptProblems();
    const resume = loadResume(this.callId);
    if (resume) return this.#join({ resume });
    const callToken = takeFreshToken(this.callId) ?? (await this.#mint());
    if (callToken) await this.#join({ callToken });
  }

  /** What the button of an ended call does. */
  async again(over: Over): Promise<void> {
    const resume = loadResume(this.callId);
    if (over !== "elsewhere" || !resume) return this.toLobby();
    this.phase.value = { name: "entering" };
    await this.media.start();
    await this.#join({ resume });
  }

  /** Gives the seat back. */
  async leave(): Promise<void> {
    const { value: phase } = this.phase;
    this.#end("left");
    if (phase.name === "in-call") await phase.call.connection.leave();
  }

  /** The view is gone, though not by a reload: so is the user. */
  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    void this.leave();
  }

  async #mint(): Promise<string | undefined> {
    try {
      return await mintCallToken(this.callId);
    } catch (error) {
      this.#refused(error);
      return undefined;
    }
  }

  async #join(credentials: Credentials, retry = true): Promise<void> {
    if (this.#disposed) return;
    try {
      const { publicKey, apiBaseUrl } = await pageConfig();
      const client = new RadistClient({ publicKey, apiBaseUrl });
      const tracks = [this.media.audio.value, this.media.video.value].filter((track) => track !== null);
      const connection = await client.createConnection({
        ...credentials,
        channels: ["audio", "video", "data"],
        localStream: new MediaStream(tracks),
      });
      if (this.#disposed) return void connection.leave();
      window.radist = { connection };
      const call = new JoinedCall(connection, this.media, (over) => this.#end(over));
      this.phase.value = { name: "in-call", call };
      announce("You are in the call.");
    } catch (error) {
      // The token waited for longer in the lobby than it lives.
      const stale = error instanceof RadistError && error.code === "invalid_token";
      const callToken = stale && retry ? await this.#mint() : undefined;
      if (callToken) return this.#join({ callToken }, false);
      if (!stale || !retry) this.#refused(error);
    }
  }

  /** An attempt failed: for good, or so that the lobby can offer another. */
  #refused(error: unknown): void {
    // The lobby asked for a token, was answered late, and the user had got in by another one.
    if (this.phase.peek().name === "in-call") return;
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
    if (error instanceof RadistError && !error.retryable) forgetResume(this.callId);
    this.#showLobby(error.message);
    announce(error.message);
  }

  #showLobby(problem: string | null): void {
    if (!this.#disposed) this.phase.value = { name: "lobby", joining: false, problem };
  }

  #end(over: Over): void {
    const { value: phase } = this.phase;
    if (phase.name === "over") return;
    if (phase.name === "in-call") phase.call.dispose();
    this.media.stop();
    // The other tab of this seat has the newer state; this one's still opens the way back.
    if (over !== "elsewhere") forgetResume(this.callId);
    if (this.#disposed) return;
    this.phase.value = { name: "over", over };
    announce(OVER_TEXTS[over].title);
  }
}
