import { RadistError } from "@radist-tech/client";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { BackendError } from "../backend/backend.ts";
import { CALL_ENDINGS } from "../call/ending-texts.ts";
import { announced } from "../ui/announcer.tsx";
import type { EndReason } from "./ending.ts";
import { keepFreshToken, takeFreshToken } from "./fresh-token.ts";
import type { Entry, JoinedMeeting, MeetingKind } from "./meeting-kind.ts";
import { MeetingSession } from "./session.ts";

/** What a browser has, and Node has not: devices that open, WebRTC, and a backend on the same origin. */
beforeEach(() => {
  const track = (kind: string) => Object.assign(new EventTarget(), { kind, enabled: true, stop: () => undefined });
  const tracks = [track("audio"), track("video")];
  const stream = {
    getTracks: () => tracks,
    getAudioTracks: () => tracks.slice(0, 1),
    getVideoTracks: () => tracks.slice(1),
  };
  const mediaDevices = Object.assign(new EventTarget(), {
    getUserMedia: async () => stream,
    enumerateDevices: async () => [],
  });
  Object.defineProperty(navigator, "mediaDevices", { configurable: true, value: mediaDevices });
  vi.stubGlobal("RTCPeerConnection", class {});
  const config = { publicKey: "rad_pk_test", apiBaseUrl: "https://radist.test/api/v1" };
  vi.stubGlobal("fetch", async () => Response.json(config));
});
afterEach(() => {
  Reflect.deleteProperty(navigator, "mediaDevices");
  vi.unstubAllGlobals();
  takeFreshToken("call");
});

class Meeting implements JoinedMeeting {
  readonly done: string[] = [];
  async leave(): Promise<void> {
    this.done.push("left");
  }
  dispose(): void {
    this.done.push("disposed");
  }
}

/** A kind of meeting in memory, which lets in by the tokens that it minted, and by the seat if there is one. */
class Kind implements MeetingKind<Meeting> {
  readonly name = "call";
  readonly endings = CALL_ENDINGS;
  readonly entries: string[] = [];
  seat = false;
  valid = new Set<string>();
  mintError: Error | undefined;
  end: (reason: EndReason) => void = () => undefined;
  #minted = 0;

  hasSeat(): boolean {
    return this.seat;
  }
  forgetSeat(): void {
    this.seat = false;
  }
  tokenKey(): string {
    return "call";
  }
  async mintToken(): Promise<string> {
    if (this.mintError) throw this.mintError;
    const token = `ct_${++this.#minted}`;
    this.valid.add(token);
    return token;
  }
  async preload(): Promise<void> {}
  async join(_client: unknown, entry: Entry, _devices: unknown, onEnd: (reason: EndReason) => void): Promise<Meeting> {
    const by = entry.by === "seat" ? "seat" : entry.token;
    this.entries.push(by);
    if (entry.by === "token" && !this.valid.delete(entry.token)) throw new RadistError("invalid_token");
    this.end = onEnd;
    this.seat = true;
    return new Meeting();
  }
}

const opened = (kind = new Kind()) => {
  const session = new MeetingSession(kind);
  session.open();
  const is = (name: string) => vi.waitFor(() => expect(session.state.value.name).toBe(name));
  return { kind, session, is };
};

test("the one who started the meeting goes straight in with the token of the start", async () => {
  const kind = new Kind();
  keepFreshToken("call", await kind.mintToken());
  const { is } = opened(kind);
  await is("joined");
  expect(kind.entries).toEqual(["ct_1"]);
  expect(announced()).toBe("You are in the call.");
});

test("a guest gets the lobby, and joins with the token that was minted ahead", async () => {
  const { kind, session, is } = opened();
  await is("lobby");
  await vi.waitFor(() => expect(kind.valid.size).toBe(1));
  session.join();
  await is("joined");
  expect(kind.entries).toEqual(["ct_1"]);
});

test("a token that has expired in the lobby is replaced once, without a word", async () => {
  const { kind, session, is } = opened();
  await vi.waitFor(() => expect(kind.valid.size).toBe(1));
  kind.valid.clear();
  session.join();
  await is("joined");
  expect(kind.entries).toEqual(["ct_1", "ct_2"]);
});

test("a meeting that is full says so before the user gets ready", async () => {
  const kind = new Kind();
  kind.mintError = new BackendError("peers_connected", "All peers are already connected.");
  const { session, is } = opened(kind);
  await is("ended");
  expect(session.state.value).toEqual({ name: "ended", reason: "full" });
  expect(announced()).toBe("This call is full");
});

test("without network the lobby says why, and the next attempt gets in", async () => {
  const kind = new Kind();
  kind.mintError = new BackendError("offline", "The server could not be reached.");
  const { session, is } = opened(kind);
  await vi.waitFor(() => expect(session.state.value).toMatchObject({ problem: "The server could not be reached." }));
  kind.mintError = undefined;
  session.join();
  await is("joined");
});

test("a reloaded page returns by its seat", async () => {
  const kind = new Kind();
  kind.seat = true;
  const { is } = opened(kind);
  await is("joined");
  expect(kind.entries).toEqual(["seat"]);
});

test("leaving gives the seat back and turns the devices off; joining again is possible", async () => {
  const kind = new Kind();
  kind.seat = true;
  const { session, is } = opened(kind);
  await is("joined");
  const { value: state } = session.state;
  session.leave();
  await is("ended");
  expect(state.name === "joined" && state.meeting.done).toEqual(["disposed", "left"]);
  expect([kind.seat, session.devices.camera.value]).toEqual([false, undefined]);
  session.again();
  await is("lobby");
  await vi.waitFor(() => expect(session.devices.camera.value).toBeDefined());
});

test("a meeting that another tab takes over can be taken back", async () => {
  const kind = new Kind();
  kind.seat = true;
  const { session, is } = opened(kind);
  await is("joined");
  kind.end("elsewhere");
  await is("ended");
  expect(kind.seat).toBe(true);
  session.again();
  await is("joined");
  expect(kind.entries).toEqual(["seat", "seat"]);
});

test("a view that is closed while it joins gives the late seat back", async () => {
  const kind = new Kind();
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<void>();
  const late = new Meeting();
  kind.seat = true;
  kind.join = async () => {
    asked.resolve();
    await answer.promise;
    return late;
  };
  const { session } = opened(kind);
  await asked.promise;
  session.close();
  answer.resolve();
  await vi.waitFor(() => expect(late.done).toEqual(["disposed", "left"]));
});
