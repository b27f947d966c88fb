import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchPage } from "./page-watch.ts";

let page: EventTarget;

beforeEach(() => {
  page = new EventTarget();
  vi.stubGlobal("addEventListener", page.addEventListener.bind(page));
  vi.stubGlobal("removeEventListener", page.removeEventListener.bind(page));
});

afterEach(() => {
  vi.unstubAllGlobals();
});

const hide = (persisted: boolean) => page.dispatchEvent(Object.assign(new Event("pagehide"), { persisted }));

test("notices the end of the page, and not that it is kept for going back", () => {
  const seen: string[] = [];
  const stop = watchPage({
    visible: () => seen.push("visible"),
    network: () => seen.push("network"),
    gone: () => seen.push("gone"),
  });
  hide(true);
  expect(seen).toEqual([]);
  hide(false);
  page.dispatchEvent(new Event("online"));
  expect(seen).toEqual(["gone", "network"]);
  stop();
  hide(false);
  page.dispatchEvent(new Event("online"));
  expect(seen).toEqual(["gone", "network"]);
});
