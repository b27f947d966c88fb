import { expect, test } from "vitest";
import { RadistError } from "../core/errors.ts";
import { captureError, deviceProblemOf } from "./device-problem.ts";

const named = (name: string, message = "") => Object.assign(new Error(message), { name });

const CASES = [
  ["NotAllowedError", "permission_denied", "permission_denied"],
  ["SecurityError", "permission_denied", "permission_denied"],
  ["NotFoundError", "not_found", "device_not_found"],
  ["OverconstrainedError", "not_found", "device_not_found"],
  ["NotReadableError", "in_use", "device_in_use"],
  ["AbortError", "in_use", "device_in_use"],
  ["TypeError", "failed", "media_unsupported"],
  ["toString", "failed", "media_unsupported"],
] as const;

test.each(CASES)("the browser's %s means %s, and is the error %s", (name, problem, code) => {
  const cause = named(name);
  expect(deviceProblemOf(cause)).toBe(problem);
  expect(captureError(cause)).toMatchObject({ name: "RadistError", code, cause });
});

test("a plain object with a name is recognised: Firefox has rejected with such objects", () => {
  expect(deviceProblemOf({ name: "NotReadableError", message: "Starting videoinput failed" })).toBe("in_use");
});

test("a DOMException is recognised", () => {
  expect(deviceProblemOf(new DOMException("", "NotFoundError"))).toBe("not_found");
});

test("the operating system's refusal is told apart from the person's", () => {
  expect(deviceProblemOf(named("NotAllowedError", "Permission denied by system"))).toBe("blocked_by_system");
  expect(deviceProblemOf(named("NotAllowedError", "Permission denied"))).toBe("permission_denied");
});

test.each(["in_use", undefined, null, 7])("%j has no name, so the reason is unknown", (value) => {
  expect(deviceProblemOf(value)).toBe("failed");
});

test("an error of this package keeps its reason", () => {
  expect(deviceProblemOf(captureError(named("NotReadableError")))).toBe("in_use");
  expect(deviceProblemOf(new RadistError("network_error"))).toBe("failed");
});

test("an insecure page has no devices", () => {
  Object.assign(globalThis, { isSecureContext: false });
  try {
    expect(deviceProblemOf(new TypeError("navigator.mediaDevices is undefined"))).toBe("insecure_page");
  } finally {
    Reflect.deleteProperty(globalThis, "isSecureContext");
  }
});
