import { RadistError, type RadistErrorCode } from "@radist-tech/client";
import { expect, test } from "vitest";
import { CALL_ENDINGS } from "../call/ending-texts.ts";
import { ROOM_ENDINGS } from "../room/ending-texts.ts";
import { endReasonOf, endReasonOfCode } from "./ending.ts";

test.each([
  ["left", "left"],
  ["kicked", "kicked"],
  ["terminated", "ended"],
  ["idle", "idle"],
  ["superseded", "elsewhere"],
  ["expired", "away-too-long"],
] as const)("the SDK's %s is %s", (reason, expected) => {
  expect(endReasonOf({ reason })).toBe(expected);
});

test.each<[RadistErrorCode, string]>([
  ["call_full", "full"],
  ["peers_connected", "full"],
  ["room_full", "full"],
  ["call_terminated", "ended"],
  ["room_terminated", "ended"],
  ["call_not_found", "invalid-link"],
  ["room_not_found", "invalid-link"],
  ["kicked", "kicked"],
  ["invalid_reconnect", "away-too-long"],
])("the error code %s is %s", (code, expected) => {
  expect(endReasonOfCode(code)).toBe(expected);
  expect(endReasonOf({ reason: "failed", error: new RadistError(code) })).toBe(expected);
});

test.each([undefined, "network_error", "invalid_token", "toString"])("after %s another attempt may help", (code) => {
  expect(endReasonOfCode(code)).toBeNull();
});

test("any other failure is just a failure", () => {
  expect(endReasonOf({ reason: "failed" })).toBe("failed");
  expect(endReasonOf({ reason: "failed", error: new RadistError("network_error") })).toBe("failed");
});

test.each([
  ["call", "room", CALL_ENDINGS],
  ["room", "call", ROOM_ENDINGS],
] as const)("each end of a %s has a title and whole sentences, which never mention a %s", (_kind, other, texts) => {
  for (const { title, text, again } of Object.values(texts)) {
    expect(title).toMatch(/^[A-Z].*[^.!]$/);
    expect(text).toMatch(/^[A-Z].*\.$/);
    expect(again).not.toBe("");
    expect(`${title} ${text}`).not.toMatch(new RegExp(`\\b${other}\\b`));
  }
});
