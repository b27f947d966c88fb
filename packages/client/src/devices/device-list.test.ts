import { expect, test } from "vitest";
import { deviceListOf } from "./device-list.ts";

const found = (kind: MediaDeviceKind, deviceId: string, label = "") => ({ kind, deviceId, label });

test("devices are grouped by kind, in the browser's order", () => {
  expect(
    deviceListOf([
      found("videoinput", "c1", "Front"),
      found("audioinput", "default", "Default"),
      found("audiooutput", "s1", "Headphones"),
      found("audioinput", "m1", "Headset"),
    ]),
  ).toEqual({
    microphone: [
      { id: "default", label: "Default" },
      { id: "m1", label: "Headset" },
    ],
    camera: [{ id: "c1", label: "Front" }],
    speaker: [{ id: "s1", label: "Headphones" }],
  });
});

test("devices without an id are left out", () => {
  const list = deviceListOf([found("videoinput", ""), found("audioinput", "")]);
  expect(list).toEqual({ microphone: [], camera: [], speaker: [] });
});
