import { expect, test } from "vitest";
import { DeviceMemory, type DeviceSettings, findRemembered, readSettings } from "./device-memory.ts";

const NOTHING: DeviceSettings = { isMuted: false, isCameraOff: false, selected: {} };
const HEADSET = { id: "m1", label: "Headset" };
const SETTINGS: DeviceSettings = { isMuted: true, isCameraOff: true, selected: { microphone: HEADSET } };

const storageOf = (entries = new Map<string, string>()) => ({
  entries,
  getItem: (key: string) => entries.get(key) ?? null,
  setItem: (key: string, value: string) => void entries.set(key, value),
});

test.each([
  ["nothing", null, NOTHING],
  ["what is not JSON", "{", NOTHING],
  ["another type", "7", NOTHING],
  ["null", "null", NOTHING],
  ["only a part", '{"isMuted":true}', { ...NOTHING, isMuted: true }],
  ["other types within", '{"isMuted":"yes","selected":{"camera":7,"microphone":{"id":1,"label":""}}}', NOTHING],
  ["a kind that is unknown", '{"selected":{"printer":{"id":"p","label":"P"}}}', NOTHING],
  ["all of it", JSON.stringify(SETTINGS), SETTINGS],
])("%s in the storage is read", (_what, text, settings) => {
  expect(readSettings(text)).toEqual(settings);
});

test.each([
  ["by its id, whatever it is called now", [{ id: "m1", label: "Renamed" }], "m1"],
  ["by its label, when the browser has changed all ids", [{ id: "x9", label: "Headset" }], "x9"],
  ["by its id in preference to its label", [{ id: "x9", label: "Headset" }, HEADSET], "m1"],
  ["not at all, when it is gone", [{ id: "m2", label: "Built-in" }], undefined],
  ["not at all, when nothing is connected", [], undefined],
])("a remembered device is found %s", (_how, connected, id) => {
  expect(findRemembered(connected, HEADSET)?.id).toBe(id);
});

test("an empty label identifies no device", () => {
  expect(findRemembered([{ id: "m2", label: "" }], { id: "m1", label: "" })).toBeUndefined();
});

test("settings are kept in the given storage", () => {
  const storage = storageOf();
  expect(new DeviceMemory(storage).load()).toEqual(NOTHING);
  new DeviceMemory(storage).save(SETTINGS);
  expect(new DeviceMemory(storage).load()).toEqual(SETTINGS);
});

test("null keeps nothing, and so does a storage that throws", () => {
  const none = new DeviceMemory(null);
  none.save(SETTINGS);
  expect(none.load()).toEqual(NOTHING);

  const forbid = (): never => {
    throw new DOMException("", "SecurityError");
  };
  const forbidden = new DeviceMemory({ getItem: forbid, setItem: forbid });
  forbidden.save(SETTINGS);
  expect(forbidden.load()).toEqual(NOTHING);
});
