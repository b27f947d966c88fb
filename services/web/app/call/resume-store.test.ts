import { afterEach, expect, test } from "vitest";
import { forgetResume, loadResume, saveResume } from "./resume-store.ts";

const STATE = { callId: "c1", peerId: "p1", reconnectToken: "rt_1" };

function storage(entries = new Map<string, string>()) {
  const kept = {
    getItem: (key: string) => entries.get(key) ?? null,
    setItem: (key: string, value: string) => void entries.set(key, value),
    removeItem: (key: string) => void entries.delete(key),
  };
  Object.assign(globalThis, { sessionStorage: kept });
  return entries;
}
afterEach(() => {
  Reflect.deleteProperty(globalThis, "sessionStorage");
});

test("a tab keeps its seat in one call only", () => {
  storage();
  saveResume(STATE);
  expect(loadResume("c1")).toEqual(STATE);
  expect(loadResume("c2")).toBeNull();
  forgetResume("c1");
  expect(loadResume("c1")).toBeNull();
});

test.each(["{", "null", "7", '{"callId":"c1"}', '{"callId":"c2","peerId":"p","reconnectToken":"rt"}'])(
  "%s is not a seat in this call",
  (text) => {
    storage(new Map([["radist.resume.c1", text]]));
    expect(loadResume("c1")).toBeNull();
  },
);

test("without storage there is neither a seat nor an error", () => {
  saveResume(STATE);
  expect(loadResume("c1")).toBeNull();
  forgetResume("c1");
});
