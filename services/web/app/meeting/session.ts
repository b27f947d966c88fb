import { signal } from "@preact/signals";
import { RadistClient } from "@radist-tech/client";
import { pageConfig } from "../backend/backend.ts";
import { DeviceSignals } from "../media/device-signals.ts";
import { announce } from "../ui/announcer.tsx";
import { hasFreshToken, keepFreshToken, takeFreshToken } from "./fresh-token.ts";
import type { Entry, JoinedMeeting, MeetingKind } from "./meeting-kind.ts";
import { isStaleToken, refusalOf } from "./refusal.ts";
import {
  type Entrance,
  type SessionCommand,
  type SessionEvent,
  type SessionState,
  stepSession,
} from "./session-state.ts";

/** Does what {@link stepSession} says, for the view of one call or room. */
export class MeetingSession<Meeting extends JoinedMeeting> {
  readonly kind: MeetingKind<Meeting>;
  readonly devices = new DeviceSignals();
  readonly state = signal<SessionState<Meeting>>({ name: "opening" });

  constructor(kind: MeetingKind<Meeting>) {
    this.kind = kind;
  }

  /** Looks at what this tab already has, and goes as far as that allows. */
  open(): void {
    const isSupported = typeof RTCPeerConnection !== "undefined";
    const entrance = this.kind.hasSeat() ? "seat" : hasFreshToken(this.kind.tokenKey()) ? "kept_token" : undefined;
    this.#on({ type: "opened", isSupported, entrance });
  }

  join(): void {
    const keeps = hasFreshToken(this.kind.tokenKey());
    this.#on({ type: "join_pressed", entrance: this.kind.hasSeat() ? "seat" : keeps ? "kept_token" : "new_token" });
  }

  /** What the button of an ended meeting does. */
  again(): void {
    this.#on({ type: "again_pressed", hasSeat: this.kind.hasSeat() });
  }

  leave(): void {
    this.#on({ type: "leave_pressed" });
  }

  /** The view is gone, though not by a reload: so is the user. */
  close(): void {
    this.#on({ type: "view_closed" });
  }

  #on(event: SessionEvent<Meeting>): void {
    const before = this.state.peek();
    const { state, commands } = stepSession(before, event);
    this.state.value = state;
    if (state !== before && event.type !== "view_closed") this.#announce(state);
    for (const command of commands) void this.#run(command);
  }

  async #run(command: SessionCommand<Meeting>): Promise<void> {
    switch (command.do) {
      case "start_devices":
        await this.devices.local.start();
        return this.#on({ type: "devices_started", hasProblems: this.devices.hasProblems() });
      case "stop_devices":
        return this.devices.local.stop();
      case "accept_problems":
        return this.devices.acceptProblems();
      case "prepare":
        return this.#prepare();
      case "enter":
        return this.#enter(command.entrance);
      case "leave":
        command.meeting.dispose();
        return command.meeting.leave();
      case "dispose":
        return command.meeting.dispose();
      case "forget_seat":
        return this.kind.forgetSeat();
    }
  }

  async #prepare(): Promise<void> {
    // If this fails, joining tries again and reports it.
    this.kind.preload().catch(() => undefined);
    // The user may change the name before the answer comes.
    const key = this.kind.tokenKey();
    try {
      keepFreshToken(key, await this.kind.mintToken());
    } catch (error) {
      this.#refused(error);
    }
  }

  async #enter(entrance: Entrance): Promise<void> {
    try {
      const entry = await this.#entryBy(entrance);
      const { publicKey, apiBaseUrl } = await pageConfig();
      const client = new RadistClient({ publicKey, apiBaseUrl });
      const meeting = await this.kind.join(client, entry, this.devices, (reason) =>
        this.#on({ type: "meeting_ended", reason }),
      );
      this.#on({ type: "entered", meeting });
    } catch (error) {
      if (entrance === "kept_token" && isStaleToken(error)) return this.#enter("new_token");
      this.#refused(error);
    }
  }

  async #entryBy(entrance: Entrance): Promise<Entry> {
    if (entrance === "seat") return { by: "seat" };
    const kept = entrance === "kept_token" ? takeFreshToken(this.kind.tokenKey()) : undefined;
    return { by: "token", token: kept ?? (await this.kind.mintToken()) };
  }

  #refused(error: unknown): void {
    const refusal = refusalOf(error);
    if ("reason" in refusal && refusal.reason === "failed") console.error(error);
    this.#on({ type: "refused", refusal });
  }

  #announce(state: SessionState<Meeting>): void {
    if (state.name === "joined") announce(`You are in the ${this.kind.name}.`);
    else if (state.name === "ended") announce(this.kind.endings[state.reason].title);
    else if (state.name === "lobby" && state.problem) announce(state.problem);
  }
}
