import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { Latch } from "../../core/latch.ts";
import { requestLog, SessionModel, settled, stubStreams, track } from "../media.fixture.ts";
import type { PublishingSession } from "./publication.ts";
import { Publications } from "./publications.ts";

/** The publications of a page, and the media session that they are in. */
function page(answer?: () => unknown) {
  const latch = new Latch<PublishingSession>();
  const session = new SessionModel("p");
  const { requests, socket } = requestLog(answer);
  const errors: unknown[] = [];
  const streams: string[] = [];
  const changes: string[] = [];
  const kinds = (stream: MediaStream | undefined) => stream?.getTracks().map(({ kind }) => kind) ?? ["none"];
  const publications = new Publications({
    latch,
    socket,
    codec: "vp8",
    handlers: {
      localStream: (stream) => streams.push(`local ${kinds(stream).join()}`),
      screenShare: (stream) => streams.push(`screen ${kinds(stream).join()}`),
      changed: ({ source, problem, isRetrying }) =>
        changes.push([source, problem?.code ?? "published", ...(isRetrying ? ["retrying"] : [])].join(" ")),
      error: (error) => errors.push(error),
    },
  });
  return { latch, session, publications, requests, errors, streams, changes };
}

beforeEach(() => {
  stubStreams();
});

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("publishing", () => {
  test("waits for a session, and resolves when the others can receive it", async () => {
    const { latch, session, publications } = page();
    const camera = track("video");
    const published = publications.publish({ source: "camera", track: camera });
    await settled();
    expect(session.log).toEqual([]);
    latch.open(session);
    const publication = await published;
    expect([publication.source, publication.kind, publication.track]).toEqual(["camera", "video", camera]);
    expect(session.log).toEqual(["produce camera"]);
    expect(publications.find("p1")).toBe(publication);
    expect(publications.find("p2")).toBeUndefined();
  });

  test("happens again in each new session, with the present track and mute", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    const publication = await publications.publish({ source: "microphone", track: track("audio") });
    latch.close();
    session.close();
    const other = track("audio");
    await publication.replaceTrack(other);
    await publication.mute();
    const next = new SessionModel("q");
    latch.open(next);
    publications.renew();
    await settled();
    expect(next.log).toEqual(["produce microphone muted"]);
    expect(next.last.current).toBe(other);
    expect(publications.find("q1")).toBe(publication);
  });

  test("happens once, however often the same session is announced", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    publications.add([track("audio"), track("video")], true);
    publications.renew();
    await settled();
    publications.renew();
    await settled();
    expect(session.log).toEqual(["produce microphone", "produce camera"]);
  });

  test("replaces what is published from the same source", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    await publications.publish({ source: "camera", track: track("video") });
    const second = await publications.publish({ source: "camera", track: track("video") });
    expect(publications.published.get("camera")).toBe(second);
    expect(session.log).toEqual(["produce camera", "drop producers p1", "produce camera"]);
  });

  test("that is refused is taken back, and rejects", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    session.beforeCreate = () => Promise.reject(new RadistError("not_allowed"));
    await expect(publications.publish({ source: "camera", track: track("video") })).rejects.toMatchObject({
      code: "not_allowed",
    });
    expect(publications.published.size).toBe(0);
  });

  test.each(["unavailable", "internal_error", "transport_not_found"] as const)(
    "that fails with %s is tried until it succeeds, and both are told",
    async (code) => {
      vi.useFakeTimers();
      const { latch, session, publications, changes } = page();
      latch.open(session);
      let failures = 7;
      session.beforeCreate = () => (failures-- > 0 ? Promise.reject(new RadistError(code)) : undefined);
      const published = publications.publish({ source: "microphone", track: track("audio") });
      await vi.advanceTimersByTimeAsync(1);
      expect(publications.published.get("microphone")?.problem).toMatchObject({ code });
      await vi.runAllTimersAsync();
      const publication = await published;
      vi.useRealTimers();
      expect([publication.problem, publications.find(session.last.id)]).toEqual([undefined, publication]);
      expect(changes).toEqual([`microphone ${code} retrying`, "microphone published"]);
    },
  );

  test("that is taken back while it is being tried again is tried no more", async () => {
    vi.useFakeTimers();
    const { latch, session, publications } = page();
    latch.open(session);
    session.beforeCreate = () => Promise.reject(new RadistError("unavailable"));
    const published = publications.publish({ source: "microphone", track: track("audio") });
    await vi.advanceTimersByTimeAsync(1);
    await publications.published.get("microphone")?.unpublish();
    await vi.runAllTimersAsync();
    await published;
    vi.useRealTimers();
    expect([publications.published.size, session.objects]).toEqual([0, []]);
  });

  test("that is refused in a later session is reported once", async () => {
    const { latch, session, publications, errors, changes } = page();
    latch.open(session);
    await publications.publish({ source: "camera", track: track("video") });
    session.close();
    const next = new SessionModel("q");
    const refusal = new RadistError("too_many");
    next.beforeCreate = () => Promise.reject(refusal);
    latch.open(next);
    publications.renew();
    await settled();
    expect([errors, publications.published.size]).toEqual([[refusal], 0]);
    expect(changes).toEqual(["camera too_many"]);
  });

  test.each([
    ["camera", "audio"],
    ["microphone", "video"],
  ] as const)("does not publish as %s a track of kind %s", async (source, kind) => {
    const { publications } = page();
    await expect(publications.publish({ source, track: track(kind) })).rejects.toMatchObject({
      code: "invalid_argument",
    });
  });

  test("after the end stops the tracks that were opened for it", async () => {
    const { publications } = page();
    const screen = track("video");
    vi.stubGlobal("navigator", {
      mediaDevices: { getDisplayMedia: async () => new MediaStream([screen]) },
    });
    const published = publications.publish({ source: "screen" });
    publications.close();
    await expect(published).rejects.toMatchObject({ code: "connection_closed" });
    expect(screen.readyState).toBe("ended");
  });
});

describe("a screen", () => {
  async function shared() {
    const own = page();
    const [picture, sound] = [track("video"), track("audio")];
    vi.stubGlobal("navigator", {
      mediaDevices: { getDisplayMedia: async () => new MediaStream([sound, picture]) },
    });
    own.latch.open(own.session);
    const publication = await own.publications.publish({ source: "screen" });
    return { ...own, picture, sound, publication };
  }

  test("is published with its sound, and publish resolves with the screen", async () => {
    const { session, publication, publications, picture } = await shared();
    expect(publication.source).toBe("screen");
    expect(session.log.toSorted()).toEqual(["produce screen", "produce screen-audio"]);
    expect([...publications.published.keys()].toSorted()).toEqual(["screen", "screen-audio"]);
    expect(picture.contentHint).toBe("detail");
  });

  test("that the user stops sharing ends together with its sound", async () => {
    const { picture, sound, publications, streams, errors } = await shared();
    picture.end();
    await settled();
    expect([publications.published.size, publications.screenStream, sound.readyState]).toEqual([0, undefined, "ended"]);
    expect(streams.at(-1)).toBe("screen none");
    expect(errors).toEqual([]);
  });

  test("is replaced by another one, sound included", async () => {
    const { publications, sound } = await shared();
    const other = track("video");
    await publications.publish({ source: "screen", track: other });
    expect([...publications.published.keys()]).toEqual(["screen"]);
    expect(sound.readyState).toBe("ended");
    expect(publications.screenStream?.getTracks()).toEqual([other]);
  });
});

describe("muting", () => {
  test("disables the track, stops the video's layers, and tells the platform", async () => {
    const { latch, session, publications, requests } = page();
    latch.open(session);
    const camera = track("video");
    const publication = await publications.publish({ source: "camera", track: camera });
    await publication.mute();
    expect([publication.isMuted, camera.enabled, session.last.layers]).toEqual([true, false, [-1]]);
    await publication.unmute();
    await settled();
    expect([camera.enabled, session.last.layers]).toEqual([true, [-1, 7]]);
    expect(requests).toEqual([
      { type: "pause-producer", producerId: "p1" },
      { type: "resume-producer", producerId: "p1" },
    ]);
  });

  test("by the system is told, and what the user has muted stays muted after it", async () => {
    const { latch, session, publications, requests } = page();
    latch.open(session);
    const voice = track("audio");
    const publication = await publications.publish({ source: "microphone", track: voice });
    voice.setMuted(true);
    await settled();
    expect([publication.isMuted, requests.map(({ type }) => type)]).toEqual([true, ["pause-producer"]]);
    voice.setMuted(false);
    await settled();
    expect([publication.isMuted, requests.map(({ type }) => type)]).toEqual([
      false,
      ["pause-producer", "resume-producer"],
    ]);
    voice.setMuted(true);
    await publication.mute();
    voice.setMuted(false);
    await settled();
    expect([publication.isMuted, voice.enabled, requests.length]).toEqual([true, false, 3]);
  });

  test("by the system is left with the track", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    const voice = track("audio");
    const publication = await publications.publish({ source: "microphone", track: voice });
    voice.setMuted(true);
    await publication.replaceTrack(track("audio"));
    expect(publication.isMuted).toBe(false);
  });

  test("of a captured screen by the system is not told", async () => {
    const { latch, session, publications, requests } = page();
    latch.open(session);
    const screen = track("video");
    await publications.publish({ source: "screen", track: screen });
    screen.setMuted(true);
    await settled();
    expect(requests).toEqual([]);
  });

  test("during an outage is told after it", async () => {
    let isAway = true;
    const { latch, session, publications, requests } = page(() => {
      if (isAway) throw new ConnectionLost();
      return {};
    });
    latch.open(session);
    const publication = await publications.publish({ source: "microphone", track: track("audio") });
    await publication.mute();
    isAway = false;
    publication.resumed(false);
    await settled();
    expect(requests).toEqual([
      { type: "pause-producer", producerId: "p1" },
      { type: "pause-producer", producerId: "p1" },
    ]);
  });

  test("that the platform refuses rejects", async () => {
    const { latch, session, publications } = page(() => {
      throw new RadistError("rate_limited");
    });
    latch.open(session);
    const publication = await publications.publish({ source: "microphone", track: track("audio") });
    await expect(publication.mute()).rejects.toMatchObject({ code: "rate_limited" });
  });
});

describe("a camera that this package opened", () => {
  async function opened() {
    const cameras: ReturnType<typeof track>[] = [];
    const getUserMedia = vi.fn(async (_constraints: MediaStreamConstraints) => {
      const camera = track("video");
      cameras.push(camera);
      return new MediaStream([camera]);
    });
    vi.stubGlobal("navigator", { mediaDevices: { getUserMedia } });
    const own = page();
    own.latch.open(own.session);
    const publication = await own.publications.publish({ source: "camera" });
    return { ...own, publication, cameras };
  }

  test("is released while it is muted, and opened again", async () => {
    const { publication, cameras, session } = await opened();
    await publication.mute();
    expect([publication.isMuted, cameras.map(({ readyState }) => readyState)]).toEqual([true, ["ended"]]);
    await publication.unmute();
    expect([publication.isMuted, cameras.map(({ readyState }) => readyState)]).toEqual([false, ["ended", "live"]]);
    expect(session.last.current).toBe(cameras[1]);
  });

  test("is as the last of several quick changes says", async () => {
    const { publication, cameras } = await opened();
    await Promise.all([publication.mute(), publication.unmute(), publication.mute()]);
    expect([publication.isMuted, cameras.some(({ readyState }) => readyState === "live")]).toEqual([true, false]);
  });

  test("is not opened in the place of a track that has replaced it", async () => {
    const { publication, cameras } = await opened();
    await publication.mute();
    const own = track("video");
    await publication.replaceTrack(own);
    expect(own.enabled).toBe(false);
    await publication.unmute();
    expect([publication.track, own.enabled, cameras.length]).toEqual([own, true, 1]);
  });
});

describe("a camera that is off", () => {
  const CAMERA = { source: "camera" } as const;

  test("is released and muted, keeps its producer, and comes back there", async () => {
    const { latch, session, publications, requests, streams } = page();
    latch.open(session);
    const opened = track("video");
    publications.add([opened], true);
    await settled();
    const publication = publications.published.get("camera");
    await publication?.replaceTrack(null);
    await publication?.replaceTrack(null);
    expect([opened.readyState, publication?.isMuted, session.last.current]).toEqual(["ended", true, undefined]);
    const again = track("video");
    await publication?.replaceTrack(again);
    expect([publication?.isMuted, publication?.track, session.last.current]).toEqual([false, again, again]);
    expect(session.log).toEqual(["produce camera"]);
    expect(requests.map(({ type }) => type)).toEqual(["pause-producer", "resume-producer"]);
    expect(streams).toEqual(["local video", "local ", "local video"]);
  });

  test("stays muted when it comes back, if it was muted", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    const publication = await publications.publish({ ...CAMERA, track: track("video"), muted: true });
    await publication.replaceTrack(null);
    const again = track("video");
    await publication.replaceTrack(again);
    expect([publication.isMuted, again.enabled]).toEqual([true, false]);
  });

  test("is not published in a new session until it comes back", async () => {
    const { latch, session, publications, errors } = page();
    latch.open(session);
    const publication = await publications.publish({ ...CAMERA, track: track("video") });
    await publication.replaceTrack(null);
    latch.close();
    session.close();
    const next = new SessionModel("q");
    latch.open(next);
    publications.renew();
    await settled();
    expect(next.log).toEqual([]);
    await publication.replaceTrack(track("video"));
    expect([next.log, errors]).toEqual([["produce camera"], []]);
  });
});

test("a track that the page has silenced itself is given back silent", async () => {
  const { latch, session, publications } = page();
  latch.open(session);
  const own = track("audio");
  own.enabled = false;
  const publication = await publications.publish({ source: "microphone", track: own, muted: true });
  await publication.unpublish();
  expect(own.enabled).toBe(false);
});

test("layers that nobody receives are not sent", async () => {
  const { latch, session, publications } = page();
  latch.open(session);
  const publication = await publications.publish({ source: "camera", track: track("video") });
  publication.limitLayers(1);
  publication.limitLayers(0);
  await settled();
  expect(session.last.layers).toEqual([1, 0]);
});

describe("a track", () => {
  test("of the page is never stopped, and is enabled again when it is given back", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    const own = track("video");
    const publication = await publications.publish({ source: "camera", track: own, muted: true });
    expect(own.enabled).toBe(false);
    await publication.unpublish();
    expect([own.readyState, own.enabled]).toEqual(["live", true]);
    await expect(publication.mute()).rejects.toMatchObject({ code: "invalid_argument" });
    await expect(publication.replaceTrack(track("video"))).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await publication.getStats()).toBeUndefined();
  });

  test("of this package is stopped when it is replaced", async () => {
    const { latch, session, publications, streams } = page();
    latch.open(session);
    const [opened, next] = [track("audio"), track("audio")];
    publications.add([opened], true);
    await settled();
    await publications.published.get("microphone")?.replaceTrack(next);
    expect([opened.readyState, next.readyState, session.last.current]).toEqual(["ended", "live", next]);
    expect(streams).toEqual(["local audio", "local audio"]);
    expect(publications.localStream?.getTracks()).toEqual([next]);
  });

  test("of another kind does not replace it", async () => {
    const { latch, session, publications } = page();
    latch.open(session);
    const publication = await publications.publish({ source: "camera", track: track("video") });
    await expect(publication.replaceTrack(track("audio"))).rejects.toMatchObject({ code: "invalid_argument" });
  });

  test("whose device is gone is an error, and stays published", async () => {
    const { latch, session, publications, errors } = page();
    latch.open(session);
    const camera = track("video");
    await publications.publish({ source: "camera", track: camera });
    camera.end();
    expect(errors).toMatchObject([{ code: "device_not_found" }]);
    expect(publications.published.size).toBe(1);
  });

  test("that was unpublished while it was being created is dropped", async () => {
    const { latch, session, publications } = page();
    const creating = Promise.withResolvers<void>();
    session.beforeCreate = () => creating.promise;
    latch.open(session);
    const published = publications.publish({ source: "camera", track: track("video") });
    await settled();
    await publications.published.get("camera")?.unpublish();
    creating.resolve();
    await published;
    expect(session.log).toEqual(["produce camera", "drop producers p1"]);
  });
});

test("withdraws everything where the token does not allow publishing", async () => {
  const { latch, session, publications } = page();
  publications.add([track("audio"), track("video")], true);
  latch.open(session);
  await settled();
  await publications.withdraw();
  expect(publications.published.size).toBe(0);
  expect(session.objects.every(({ closed }) => closed)).toBe(true);
});
