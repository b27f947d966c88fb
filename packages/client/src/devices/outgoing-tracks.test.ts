import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { settled, stubStreams, track } from "../room/media.fixture.ts";
import { OutgoingTracks } from "./outgoing-tracks.ts";

beforeEach(() => {
  stubStreams();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

/** What a call sends, and what it was told to send. */
function outgoing(stream?: MediaStream, isOwned = false) {
  const told: string[] = [];
  const failure = { next: undefined as Error | undefined };
  const states: OutgoingTracks["state"][] = [];
  const tracks: OutgoingTracks = new OutgoingTracks(stream, isOwned, {
    outgoingChanged: async (kind, sent) => {
      await Promise.resolve();
      told.push(`${kind} ${sent ? "sent" : "none"}`);
      const { next } = failure;
      failure.next = undefined;
      if (next) throw next;
    },
    localStream: () => undefined,
    screenShare: (screen) => told.push(screen ? "shared" : "not shared"),
    stateChanged: () => states.push({ ...tracks.state }),
    error: (error) => told.push(String(error)),
  });
  return { tracks, told, failure, states };
}

/** A picker of screens that the test answers. */
function picker() {
  const choices: PromiseWithResolvers<MediaStream>[] = [];
  const getDisplayMedia = vi.fn((_options: DisplayMediaStreamOptions) => {
    const choice = Promise.withResolvers<MediaStream>();
    choices.push(choice);
    return choice.promise;
  });
  vi.stubGlobal("navigator", { mediaDevices: { getDisplayMedia, getSupportedConstraints: () => ({}) } });
  return { choices, getDisplayMedia };
}

describe("muted is muted", () => {
  test.each(["audio", "video"] as const)("%s: a track that takes the place of a muted one is silent", async (kind) => {
    const { tracks } = outgoing(new MediaStream([track(kind)]));
    tracks.setEnabled(kind, false);
    const next = track(kind);
    await tracks.replaceTrack(kind, next);
    expect(next.enabled).toBe(false);
    tracks.setEnabled(kind, true);
    expect(next.enabled).toBe(true);
  });

  test("also after a time without a track", async () => {
    const { tracks } = outgoing(new MediaStream([track("audio")]));
    tracks.setEnabled("audio", false);
    await tracks.replaceTrack("audio", null);
    const next = track("audio");
    await tracks.replaceTrack("audio", next);
    expect(next.enabled).toBe(false);
  });

  test("a track of the page is given back as it was", async () => {
    const own = track("audio");
    const { tracks } = outgoing(new MediaStream([own]));
    tracks.setEnabled("audio", false);
    await tracks.replaceTrack("audio", track("audio"));
    expect(own.enabled).toBe(true);
  });

  test("a track that the page has silenced stays silent while nothing is muted here", async () => {
    const { tracks } = outgoing(new MediaStream([track("audio")]));
    const silent = track("audio");
    silent.enabled = false;
    await tracks.replaceTrack("audio", silent);
    expect(silent.enabled).toBe(false);
  });
});

test("a camera that the SDK opened is released while it is off, and a track of the page is not", async () => {
  const again = track("video");
  const getUserMedia = vi.fn(async (_constraints: MediaStreamConstraints) => new MediaStream([again]));
  vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
  const camera = track("video");
  const { tracks } = outgoing(new MediaStream([camera]), true);
  tracks.setEnabled("video", false);
  await settled();
  expect([camera.readyState, tracks.state.isCameraOff]).toEqual(["ended", true]);
  tracks.setEnabled("video", true);
  await settled();
  expect([tracks.device("video"), again.enabled, tracks.state.isCameraOff]).toEqual([again, true, false]);
  const own = track("video");
  await tracks.replaceTrack("video", own);
  tracks.setEnabled("video", false);
  await settled();
  expect([own.readyState, own.enabled]).toEqual(["live", false]);
});

test("the other side is told of mute, by the user or by the system, of the camera and of the screen", async () => {
  const voice = track("audio");
  const { tracks, states } = outgoing(new MediaStream([voice]));
  const normal = { isMuted: false, isCameraOff: true, isSharingScreen: false };
  expect(tracks.state).toEqual(normal);
  voice.setMuted(true);
  voice.setMuted(false);
  tracks.setEnabled("audio", false);
  await tracks.replaceTrack("video", track("video"));
  expect(states).toEqual([
    { ...normal, isMuted: true },
    normal,
    { ...normal, isMuted: true },
    { ...normal, isMuted: true, isCameraOff: false },
  ]);
});

describe("a screen", () => {
  const chosen = (picture = track("video")) => new MediaStream([picture]);

  test("that is asked for twice is chosen once, and can be stopped", async () => {
    const { choices, getDisplayMedia } = picker();
    const { tracks, told } = outgoing();
    const shares = [tracks.shareScreen({}), tracks.shareScreen({})];
    const picture = track("video");
    choices[0]?.resolve(chosen(picture));
    const [first, second] = await Promise.all(shares);
    await settled();
    expect([first === second, getDisplayMedia.mock.calls.length]).toEqual([true, 1]);
    await tracks.stopSharing();
    expect([picture.readyState, tracks.screen]).toEqual(["ended", undefined]);
    expect(told).toEqual(["video sent", "shared", "not shared", "video none"]);
  });

  test("that is chosen after the call has ended is not captured", async () => {
    const { choices } = picker();
    const { tracks } = outgoing();
    const share = tracks.shareScreen({});
    tracks.close();
    const picture = track("video");
    choices[0]?.resolve(chosen(picture));
    await expect(share).rejects.toMatchObject({ code: "connection_closed" });
    expect(picture.readyState).toBe("ended");
  });

  test("that is chosen after sharing was stopped is not captured, and the next choice is", async () => {
    const { choices } = picker();
    const { tracks } = outgoing();
    const [dropped, wanted] = [track("video"), track("video")];
    const share = tracks.shareScreen({});
    await tracks.stopSharing();
    const again = tracks.shareScreen({});
    choices[0]?.resolve(chosen(dropped));
    await expect(share).rejects.toMatchObject({ code: "permission_denied" });
    choices[1]?.resolve(chosen(wanted));
    await again;
    expect([dropped.readyState, wanted.readyState]).toEqual(["ended", "live"]);
  });

  test("that cannot be sent is not captured any longer", async () => {
    const { choices } = picker();
    const { tracks, failure } = outgoing();
    failure.next = new Error("no sender");
    const share = tracks.shareScreen({});
    const picture = track("video");
    choices[0]?.resolve(chosen(picture));
    await expect(share).rejects.toThrow("no sender");
    expect([picture.readyState, tracks.screen]).toEqual(["ended", undefined]);
  });
});
