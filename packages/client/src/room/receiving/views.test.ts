import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { requestLog } from "../media.fixture.ts";
import { HIDDEN, type View } from "./reported-views.ts";
import { type ObservedElement, type ViewedTrack, Views } from "./views.ts";

const REPORT_MS = 150;
const shown = (width: number, height: number): View => ({ visible: true, width, height });

/** An element whose view the test sets. */
class ElementModel {
  readonly localName: string;
  autoplay = false;
  playsInline = false;
  srcObject: unknown = null;

  constructor(localName = "video") {
    this.localName = localName;
  }
}

class ObserverModel implements ObservedElement {
  isKnown = false;
  isClosed = false;
  view: View = HIDDEN;
  readonly #changed: (isFirst: boolean) => void;

  constructor(changed: (isFirst: boolean) => void) {
    this.#changed = changed;
  }

  becomes(view: View): void {
    const isFirst = !this.isKnown;
    this.isKnown = true;
    this.view = view;
    this.#changed(isFirst);
  }

  close(): void {
    this.isClosed = true;
  }
}

const video = (consumerId: string | undefined): ViewedTrack => ({
  kind: "video",
  consumerId,
  stream: {} as MediaStream,
});

function page(tracks: ViewedTrack[], answer?: () => unknown) {
  const { requests, socket } = requestLog(answer);
  const observers: ObserverModel[] = [];
  const failures: unknown[] = [];
  const views = new Views({
    socket,
    tracks: () => tracks,
    observe: (_element, changed) => {
      const observer = new ObserverModel(changed);
      observers.push(observer);
      return observer;
    },
    failed: (error) => failures.push(error),
  });
  const attach = (track: ViewedTrack, element = new ElementModel()) => ({
    element,
    detach: views.attach(track, element as unknown as HTMLMediaElement),
    observer: observers.at(-1) as ObserverModel,
  });
  /** What was requested since the last call. */
  const reported = () =>
    requests.splice(0).map((request) => {
      if (request.type === "resume-consumer") return `resume ${request.consumerId}`;
      if (request.type !== "set-view") return request.type;
      return request.views.map(({ consumerId, visible, width, height }) =>
        visible ? `${consumerId} ${width}x${height}` : `${consumerId} hidden`,
      );
    });
  return { views, observers, failures, attach, reported };
}

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

describe("a page that attaches nothing", () => {
  test("is sent every video without any report", () => {
    const track = video("c1");
    const { views, reported } = page([track]);
    views.available(track);
    expect(reported()).toEqual(["resume c1"]);
    views.available(track);
    expect(reported()).toEqual([]);
  });

  test("is sent audio without any report", () => {
    const track: ViewedTrack = { ...video("c1"), kind: "audio" };
    const { views, reported } = page([track]);
    views.available(track);
    expect(reported()).toEqual([]);
  });
});

describe("a video in an element", () => {
  test("is sent when the browser has reported how large it is shown", async () => {
    const track = video("c1");
    const { views, attach, reported } = page([track]);
    const { element, observer } = attach(track);
    expect(element).toMatchObject({ autoplay: true, playsInline: true, srcObject: track.stream });
    views.available(track);
    expect(reported()).toEqual([]);
    observer.becomes(shown(640, 360));
    await vi.advanceTimersByTimeAsync(0);
    expect(reported()).toEqual([["c1 640x368"], "resume c1"]);
  });

  test("that is hidden is not sent until it can be seen", async () => {
    const track = video("c1");
    const { views, attach, reported } = page([track]);
    const { observer } = attach(track);
    views.available(track);
    observer.becomes(HIDDEN);
    await vi.advanceTimersByTimeAsync(0);
    expect(reported()).toEqual([["c1 hidden"]]);
    observer.becomes(shown(320, 160));
    await vi.advanceTimersByTimeAsync(REPORT_MS);
    expect(reported()).toEqual([["c1 320x160"], "resume c1"]);
  });

  test("that changes all the time is reported at intervals", async () => {
    const track = video("c1");
    const { views, attach, reported } = page([track]);
    const { observer } = attach(track);
    views.available(track);
    observer.becomes(shown(160, 160));
    await vi.advanceTimersByTimeAsync(0);
    reported();
    for (let width = 176; width <= 640; width += 16) {
      observer.becomes(shown(width, 160));
      await vi.advanceTimersByTimeAsync(10);
    }
    await vi.advanceTimersByTimeAsync(REPORT_MS);
    const reports = reported();
    expect(reports).toEqual([["c1 400x160"], ["c1 640x160"]]);
  });

  test("is as large as the largest of its elements, and hidden without any", async () => {
    const track = video("c1");
    const { views, attach, reported } = page([track]);
    const small = attach(track);
    const large = attach(track);
    views.available(track);
    small.observer.becomes(shown(160, 160));
    large.observer.becomes(shown(640, 480));
    await vi.advanceTimersByTimeAsync(0);
    expect(reported()).toEqual([["c1 640x480"], "resume c1"]);
    large.detach();
    expect([large.observer.isClosed, large.element.srcObject]).toEqual([true, null]);
    await vi.advanceTimersByTimeAsync(REPORT_MS);
    expect(reported()).toEqual([["c1 160x160"]]);
    small.detach();
    await vi.advanceTimersByTimeAsync(REPORT_MS);
    expect(reported()).toEqual([["c1 hidden"]]);
  });

  test("means that videos without an element are hidden", async () => {
    const [attached, other] = [video("c1"), video("c2")];
    const { views, attach, reported } = page([attached, other]);
    const { observer } = attach(attached);
    observer.becomes(shown(160, 160));
    views.available(other);
    expect(reported()).toEqual([["c1 160x160", "c2 hidden"], "resume c1"]);
  });

  test("that shows another track by now keeps it when the first is detached", () => {
    const [first, second] = [video("c1"), video("c2")];
    const { attach } = page([first, second]);
    const { element, detach } = attach(first);
    attach(second, element);
    detach();
    expect(element.srcObject).toBe(second.stream);
  });
});

test("an element for sound is not observed", () => {
  const track: ViewedTrack = { ...video("c1"), kind: "audio" };
  const { observers, attach } = page([track]);
  const { element, detach } = attach(track, new ElementModel("audio"));
  expect([observers.length, element.srcObject]).toEqual([0, track.stream]);
  detach();
  expect(element.srcObject).toBeNull();
});

describe("after an outage", () => {
  test("views are reported again, and only what is still paused is resumed", () => {
    const [first, second] = [video("c1"), video("c2")];
    const { views, attach, reported } = page([first, second]);
    for (const track of [first, second]) attach(track).observer.becomes(shown(160, 160));
    views.available(first);
    reported();
    views.resumed(["c1"]);
    expect(reported()).toEqual([["c1 160x160", "c2 160x160"], "resume c2"]);
  });

  test("in a new session everything is reported and resumed again", () => {
    const track = video("c1");
    const { views, reported } = page([track]);
    views.available(track);
    reported();
    views.reset();
    expect(reported()).toEqual(["resume c1"]);
  });
});

test.each([
  ["lost with the socket", new ConnectionLost(), []],
  ["about a track that has ended", new RadistError("consumer_not_found"), []],
  ["refused", new RadistError("rate_limited"), ["rate_limited"]],
])("a request that is %s", async (_, error, codes) => {
  const track = video("c1");
  const { views, failures } = page([track], () => {
    throw error;
  });
  views.available(track);
  await vi.advanceTimersByTimeAsync(0);
  expect(failures.map((failure) => (failure as RadistError).code)).toEqual(codes);
});

test("reports nothing after its end", async () => {
  const track = video("c1");
  const { views, attach, reported } = page([track]);
  const { observer } = attach(track);
  observer.becomes(shown(160, 160));
  views.close();
  await vi.advanceTimersByTimeAsync(REPORT_MS);
  expect([reported(), observer.isClosed]).toEqual([[], true]);
});
