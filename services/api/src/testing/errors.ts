import type { ErrorCode } from "@radist-tech/protocol";
import { expect } from "vitest";
import type { Answer } from "./client.ts";

/** Expects a failure with exactly this status, sentence and code. */
export function expectError(answer: Answer, status: number, error: string, code: ErrorCode): void {
  expect({ status: answer.status, body: answer.body }).toEqual({
    status,
    body: { error, code, requestId: answer.headers.get("x-request-id") },
  });
}
