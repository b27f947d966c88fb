import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchNetwork } from "./network-watch.ts";

let page: EventTarget;
let documentModel: EventTarget & { visibilityState?: string };
let information: EventTarget & { type?: string };

beforeEach(() => {
  page = new EventTarget();
  documentModel = new EventTarget();
  information = Object.assign(new EventTarget(), { type: "wifi" });
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("document", documentModel);
  vi.stubGlobal("navigator", { connection: information });
});

afterEach(() => {
  vi.unstubAllGlobals();
});

function watch() {
  const seen: string[] = [];
  const stop = watchNetwork({ visible: () => seen.push("visible"), network: () => seen.push("network") });
  return { seen, stop };
}

const becomes = (state: string) => {
  documentModel.visibilityState = state;
  documentModel.dispatchEvent(new Event("visibilitychange"));
};

test("notices that the network is back", () => {
  const { seen } = watch();
  page.dispatchEvent(new Event("online"));
  expect(seen).toEqual(["network"]);
});

test("notices that the page was kept for going back, and not that it was loaded", () => {
  const { seen } = watch();
  const shows = (persisted: boolean) => page.dispatchEvent(Object.assign(new Event("pageshow"), { persisted }));
  shows(false);
  expect(seen).toEqual([]);
  shows(true);
  expect(seen).toEqual(["network"]);
});

test("notices that the page is visible again, and not that it is hidden", () => {
  const { seen } = watch();
  becomes("hidden");
  becomes("visible");
  expect(seen).toEqual(["visible"]);
});

test("notices another kind of network, and not another estimate of its speed", () => {
  const { seen } = watch();
  information.dispatchEvent(new Event("change"));
  expect(seen).toEqual([]);
  information.type = "cellular";
  information.dispatchEvent(new Event("change"));
  information.dispatchEvent(new Event("change"));
  expect(seen).toEqual(["network"]);
});

test("stops", () => {
  const { seen, stop } = watch();
  stop();
  page.dispatchEvent(new Event("online"));
  becomes("visible");
  information.type = "cellular";
  information.dispatchEvent(new Event("change"));
  expect(seen).toEqual([]);
});

test("has nothing to watch outside a page", () => {
  vi.unstubAllGlobals();
  vi.stubGlobal("addEventListener", undefined);
  const { seen, stop } = watch();
  stop();
  expect(seen).toEqual([]);
});
