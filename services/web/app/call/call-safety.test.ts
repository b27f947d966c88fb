import type { ConnectionEvents } from "@radist-tech/client";
import { expect, test } from "vitest";
import { announced } from "../ui/announcer.tsx";
import { CallSafety } from "./call-safety.ts";

function safety() {
  const listeners = new Map<string, (payload: never) => void>();
  const call = new CallSafety({
    on: (name, listener) => {
      listeners.set(name, listener as (payload: never) => void);
      return () => void listeners.delete(name);
    },
  });
  const emit = <Name extends keyof ConnectionEvents>(name: Name, payload: ConnectionEvents[Name]): void =>
    listeners.get(name)?.(payload as never);
  const number = (safetyNumber: string | undefined) => emit("safetynumber", { safetyNumber, isChanged: true });
  return { call, emit, number, listeners };
}

test("a number that changes before anybody has looked at it needs no notice", () => {
  const { call, number } = safety();
  number("1");
  number("2");
  expect([call.number.value, call.isChanged.value]).toEqual(["2", false]);
});

test("one that changes afterwards does, until the user looks at the new one", () => {
  const { call, number } = safety();
  number("1");
  call.seen();
  number("2");
  expect([call.number.value, call.isChanged.value]).toEqual(["2", true]);
  expect(announced()).toContain("has changed");
  call.seen();
  expect(call.isChanged.value).toBe(false);
});

test("a number that is lost while the call goes on is a change", () => {
  const { call, number } = safety();
  number("1");
  call.seen();
  number(undefined);
  expect([call.number.value, call.isChanged.value]).toEqual([undefined, true]);
});

test("the number is gone with the other person, and another person's is another one", () => {
  const { call, emit, number } = safety();
  number("1");
  call.seen();
  emit("peerleft", { peerId: "p", reason: "disconnected" });
  expect(call.number.value).toBe("1");
  emit("peerleft", { peerId: "p", reason: "left" });
  expect(call.number.value).toBeUndefined();
  call.seen();
  number("2");
  expect(call.isChanged.value).toBe(true);
  number("1");
  expect(call.isChanged.value).toBe(false);
});

test("it stops listening", () => {
  const { call, listeners } = safety();
  call.dispose();
  expect(listeners.size).toBe(0);
});
