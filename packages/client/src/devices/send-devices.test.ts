import { expect, test, vi } from "vitest";
import { Emitter } from "../core/emitter.ts";
import type { PublishedTrack, PublishOptions } from "../room/types.ts";
import { type CallTarget, type DeviceSource, type RoomTarget, sendDevices } from "./send-devices.ts";

/** The part of a track that sending needs. */
const track = (kind: "audio" | "video", id: string) => ({ kind, id }) as MediaStreamTrack;
const VOICE = track("audio", "voice");
const FACE = track("video", "face");

class Devices implements DeviceSource {
  state: DeviceSource["state"] = {
    microphone: { track: undefined },
    camera: { track: undefined },
    isMuted: false,
  };
  readonly #events = new Emitter<{ change: undefined }>();

  on(name: "change", listener: () => void): () => void {
    return this.#events.on(name, listener);
  }

  change(change: {
    microphone?: MediaStreamTrack | undefined;
    camera?: MediaStreamTrack | undefined;
    isOpening?: boolean;
    isMuted?: boolean;
  }) {
    const { microphone, camera, isMuted } = this.state;
    this.state = {
      microphone: "microphone" in change ? { track: change.microphone } : microphone,
      camera: "camera" in change ? { track: change.camera, isOpening: change.isOpening ?? false } : camera,
      isMuted: change.isMuted ?? isMuted,
    };
    this.#events.emit("change", undefined);
  }
}

/** A room that publishes by microtasks, and can be made to refuse. */
function roomOf() {
  const done: string[] = [];
  const published = new Map<string, PublishedTrack & { track: MediaStreamTrack; isMuted: boolean }>();
  const refusal = { next: undefined as Error | undefined };
  const act = async (what: string): Promise<void> => {
    await Promise.resolve();
    const { next } = refusal;
    refusal.next = undefined;
    if (next) throw next;
    done.push(what);
  };
  const room: RoomTarget = {
    canPublish: true,
    published,
    async publish({ source, track: sent, muted = false }: PublishOptions) {
      await act(`publish ${source} ${sent?.id}${muted ? " muted" : ""}`);
      const publication = {
        source,
        track: sent ?? VOICE,
        isMuted: muted,
        async replaceTrack(next: MediaStreamTrack | string | null) {
          await act(`replace ${source} ${typeof next === "object" ? next?.id : next}`);
          if (next === null) publication.isMuted = true;
          else if (typeof next === "object") Object.assign(publication, { track: next, isMuted: false });
        },
      } as PublishedTrack & { track: MediaStreamTrack; isMuted: boolean };
      published.set(source, publication);
      return publication;
    },
    async setMuted(source, muted) {
      await act(`${muted ? "mute" : "unmute"} ${source}`);
      const publication = published.get(source);
      if (publication) publication.isMuted = muted;
    },
  };
  return { room, done, refusal };
}

function callOf() {
  const done: string[] = [];
  let tracks: MediaStreamTrack[] = [];
  const call: CallTarget = {
    get localStream() {
      return { getTracks: () => tracks } as MediaStream;
    },
    async replaceTrack(kind, sent) {
      await Promise.resolve();
      tracks = [...tracks.filter((other) => other.kind !== kind), ...(sent ? [sent] : [])];
      done.push(`${kind} ${sent?.id ?? "none"}`);
    },
    setMicrophone: (on) => void done.push(on ? "unmute" : "mute"),
  };
  return { call, done };
}

test("a room gets what is on, muted if it is muted, and later what is switched on", async () => {
  const devices = new Devices();
  devices.change({ microphone: VOICE, isMuted: true });
  const { room, done } = roomOf();
  sendDevices(room, devices);
  await vi.waitFor(() => expect(done).toEqual(["publish microphone voice muted"]));
  devices.change({ camera: FACE });
  await vi.waitFor(() => expect(done.at(-1)).toBe("publish camera face"));
  devices.change({ isMuted: false });
  await vi.waitFor(() => expect(done.at(-1)).toBe("unmute microphone"));
});

test("a camera that is switched off stays published, and comes back there", async () => {
  const devices = new Devices();
  devices.change({ camera: FACE });
  const { room, done } = roomOf();
  sendDevices(room, devices);
  await vi.waitFor(() => expect(done).toHaveLength(1));
  devices.change({ camera: undefined });
  await vi.waitFor(() => expect(done).toHaveLength(2));
  devices.change({ camera: track("video", "again") });
  await vi.waitFor(() =>
    expect(done).toEqual(["publish camera face", "replace camera undefined", "replace camera again"]),
  );
});

test("of several changes at once only the last one is sent", async () => {
  const devices = new Devices();
  devices.change({ camera: FACE });
  const { room, done } = roomOf();
  sendDevices(room, devices);
  devices.change({ camera: undefined });
  devices.change({ camera: track("video", "second") });
  devices.change({ camera: track("video", "third") });
  await vi.waitFor(() => expect(done).toEqual(["publish camera face", "replace camera third"]));
});

test("a failure is reported, and the next change is sent", async () => {
  const devices = new Devices();
  const { room, done, refusal } = roomOf();
  const onError = vi.fn();
  sendDevices(room, devices, { onError });
  refusal.next = new Error("not now");
  devices.change({ camera: FACE });
  await vi.waitFor(() => expect(onError).toHaveBeenCalledWith(new Error("not now")));
  devices.change({ camera: track("video", "again") });
  await vi.waitFor(() => expect(done).toEqual(["publish camera again"]));
});

test("nothing is sent to a room without permission to publish", async () => {
  const devices = new Devices();
  devices.change({ camera: FACE });
  const { room, done } = roomOf();
  sendDevices({ ...room, canPublish: false }, devices);
  devices.change({ microphone: VOICE });
  await Promise.resolve();
  expect(done).toEqual([]);
});

test("a call gets what is on, and nothing for what is switched off", async () => {
  const devices = new Devices();
  devices.change({ microphone: VOICE, camera: FACE });
  const { call, done } = callOf();
  sendDevices(call, devices);
  await vi.waitFor(() => expect(done.toSorted()).toEqual(["audio voice", "video face"]));
  devices.change({ camera: undefined });
  await vi.waitFor(() => expect(done.at(-1)).toBe("video none"));
  devices.change({ isMuted: true });
  await vi.waitFor(() => expect(done.at(-1)).toBe("mute"));
  devices.change({ camera: FACE });
  await vi.waitFor(() => expect(done.at(-1)).toBe("video face"));
  expect(done).toHaveLength(5);
});

test.each([
  ["call", callOf],
  ["room", roomOf],
] as const)("in a %s an exchanged device takes the place of the earlier one, without a gap", async (_, open) => {
  const devices = new Devices();
  devices.change({ camera: FACE });
  const { done, ...target } = open();
  sendDevices("call" in target ? target.call : target.room, devices);
  await vi.waitFor(() => expect(done).toHaveLength(1));
  devices.change({ camera: undefined, isOpening: true });
  devices.change({ camera: track("video", "other") });
  await vi.waitFor(() => expect(done).toHaveLength(2));
  expect(done[1]).toMatch(/ other$/);
});

test("a microphone that the page has muted itself stays muted when it is exchanged", async () => {
  const devices = new Devices();
  devices.change({ microphone: VOICE });
  const { room, done } = roomOf();
  sendDevices(room, devices);
  await vi.waitFor(() => expect(done).toHaveLength(1));
  await room.setMuted("microphone", true);
  devices.change({ microphone: track("audio", "other") });
  await vi.waitFor(() => expect(done.at(-1)).toBe("replace microphone other"));
  devices.change({ isMuted: true });
  await vi.waitFor(() => expect(done.at(-1)).toBe("mute microphone"));
  expect(done).not.toContain("unmute microphone");
});

test("a device that cannot be opened is sent no more", async () => {
  const devices = new Devices();
  devices.change({ camera: FACE });
  const { call, done } = callOf();
  sendDevices(call, devices);
  devices.change({ camera: undefined, isOpening: true });
  devices.change({ camera: undefined });
  await vi.waitFor(() => expect(done).toEqual(["video face", "video none"]));
});

test("once stopped nothing more is sent", async () => {
  const devices = new Devices();
  const { call, done } = callOf();
  const stop = sendDevices(call, devices);
  stop();
  devices.change({ camera: FACE });
  await Promise.resolve();
  expect(done).toEqual([]);
});
