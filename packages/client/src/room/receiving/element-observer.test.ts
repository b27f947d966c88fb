import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ElementObserver } from "./element-observer.ts";
import { HIDDEN } from "./reported-views.ts";

/** A ResizeObserver or IntersectionObserver that the test lets report. */
class BrowserObserver {
  static readonly all: BrowserObserver[] = [];
  readonly report: (entries: object[]) => void;
  readonly observed: unknown[] = [];
  isConnected = true;

  constructor(report: (entries: object[]) => void) {
    this.report = report;
    BrowserObserver.all.push(this);
  }

  observe(_element: unknown, options?: { box: string }): void {
    if (options?.box === "device-pixel-content-box" && !BrowserObserver.hasDevicePixels)
      throw new TypeError("No such box.");
    this.observed.push(options?.box ?? "content-box");
  }

  disconnect(): void {
    this.isConnected = false;
  }

  static hasDevicePixels = true;
}

beforeEach(() => {
  BrowserObserver.all.length = 0;
  BrowserObserver.hasDevicePixels = true;
  vi.stubGlobal("ResizeObserver", BrowserObserver);
  vi.stubGlobal("IntersectionObserver", BrowserObserver);
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function observe() {
  const page = Object.assign(new EventTarget(), {
    visibilityState: "visible",
    pictureInPictureElement: null as unknown,
    defaultView: { devicePixelRatio: 2 },
  });
  const element = Object.assign(new EventTarget(), { ownerDocument: page });
  const changes: boolean[] = [];
  const observer = new ElementObserver(element as unknown as HTMLVideoElement, (isFirst) => changes.push(isFirst));
  const [sizes, places] = BrowserObserver.all as [BrowserObserver, BrowserObserver];
  return {
    page,
    element,
    changes,
    observer,
    sizes,
    places,
    resize: (inlineSize: number, blockSize: number) =>
      sizes.report([{ devicePixelContentBoxSize: [{ inlineSize, blockSize }], contentRect: {} }]),
    intersect: (...isIntersecting: boolean[]) => places.report(isIntersecting.map((is) => ({ isIntersecting: is }))),
  };
}

const shown = { visible: true, width: 640, height: 360 };

test("the view is known once the browser has reported where the element is", () => {
  const { observer, changes, resize, intersect } = observe();
  resize(640, 360);
  expect([observer.isKnown, observer.view]).toEqual([false, HIDDEN]);
  intersect(true);
  expect([observer.isKnown, observer.view]).toEqual([true, shown]);
  intersect(true, false);
  expect(observer.view).toEqual(HIDDEN);
  expect(changes).toEqual([false, true, false]);
});

test.each([
  [0, 360],
  [640, 0],
])("an element of %d × %d cannot be seen", (width, height) => {
  const { observer, resize, intersect } = observe();
  intersect(true);
  resize(width, height);
  expect(observer.view).toEqual(HIDDEN);
});

test("sizes are in device pixels, also where the browser does not report them", () => {
  BrowserObserver.hasDevicePixels = false;
  const { observer, sizes, intersect } = observe();
  expect(sizes.observed).toEqual(["content-box"]);
  intersect(true);
  sizes.report([{ contentRect: { width: 320, height: 180 } }]);
  expect(observer.view).toEqual(shown);
});

describe("an element that is in view", () => {
  function inView() {
    const own = observe();
    own.resize(640, 360);
    own.intersect(true);
    own.changes.length = 0;
    return own;
  }

  test("cannot be seen on a page in the background", () => {
    const { page, observer, changes } = inView();
    page.visibilityState = "hidden";
    page.dispatchEvent(new Event("visibilitychange"));
    expect([observer.view, changes]).toEqual([HIDDEN, [false]]);
  });

  test("is seen as a picture in picture, wherever it and its page are", () => {
    const { page, element, observer, changes, intersect } = inView();
    intersect(false);
    page.visibilityState = "hidden";
    page.pictureInPictureElement = element;
    element.dispatchEvent(new Event("enterpictureinpicture"));
    expect(observer.view).toEqual(shown);
    page.pictureInPictureElement = null;
    element.dispatchEvent(new Event("leavepictureinpicture"));
    expect([observer.view, changes.length]).toEqual([HIDDEN, 3]);
  });

  test("is observed until the end", () => {
    const { page, element, observer, changes, sizes, places } = inView();
    observer.close();
    page.dispatchEvent(new Event("visibilitychange"));
    element.dispatchEvent(new Event("enterpictureinpicture"));
    expect([sizes.isConnected, places.isConnected, changes]).toEqual([false, false, []]);
  });
});
