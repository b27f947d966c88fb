import { ERRORS } from "@radist-tech/protocol/errors";
import { describe, expect, test } from "vitest";
import { RadistError, type RadistErrorCode } from "../core/errors.ts";
import { judgeCallClose } from "./close-verdict.ts";

const none = { refusal: undefined, joined: false, resuming: false };

describe("a refusal is judged by the table of errors", () => {
  const socketErrors = Object.entries(ERRORS).filter(([, { close }]) => close !== null);
  test.each(socketErrors)("%s", (code, { close, retry }) => {
    const refusal = new RadistError(code as RadistErrorCode);
    const verdict = judgeCallClose({ ...none, code: close ?? 0, refusal });
    if (retry && code !== "call_full") expect(verdict).toBe("retry");
    else expect(verdict).toMatchObject({ error: refusal });
  });
});

test.each([
  ["the network", { ...none, code: 1006 }, "retry"],
  ["a restart of the service", { ...none, code: 1012, joined: true }, "retry"],
  ["a proxy that closes", { ...none, code: 1000, joined: true }, "retry"],
  ["another page took over this peer", { ...none, code: 4409, joined: true, resuming: true }, { reason: "superseded" }],
  ["a full call", { ...none, code: 4409 }, { reason: "failed", error: { code: "call_full" } }],
  ["a used token", { ...none, code: 4401 }, { reason: "failed", error: { code: "invalid_token" } }],
  [
    "away for too long",
    { ...none, code: 4401, resuming: true },
    { reason: "expired", error: { code: "invalid_reconnect" } },
  ],
  ["a revoked project", { ...none, code: 4401, joined: true }, { reason: "failed", error: { code: "unauthorized" } }],
  [
    "an ended call",
    { ...none, code: 4410, resuming: true },
    { reason: "terminated", error: { code: "call_terminated" } },
  ],
  ["invalid messages", { ...none, code: 4400, joined: true }, { reason: "failed", error: { code: "invalid_message" } }],
  ["too many messages", { ...none, code: 4429, joined: true }, "retry"],
  ["a code of a newer platform", { ...none, code: 4499, joined: true }, "retry"],
] as const)("%s", (_, close, verdict) => {
  const judged = judgeCallClose(close);
  if (verdict === "retry") expect(judged).toBe("retry");
  else expect(judged).toMatchObject(verdict);
});

test("one message that is too large does not cost the seat", () => {
  const refusal = new RadistError("message_too_large");
  expect(judgeCallClose({ code: 1009, refusal, joined: true, resuming: true })).toBe("retry");
});
