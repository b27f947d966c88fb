import { RadistError } from "@radist-tech/client";
import { BackendError } from "../backend/backend.ts";
import { endReasonOfCode } from "./ending.ts";
import type { Refusal } from "./session-state.ts";

/** What a failed attempt to join means. What is neither the platform's nor the backend's answer is a bug of the page. */
export function refusalOf(error: unknown): Refusal {
  if (!(error instanceof RadistError || error instanceof BackendError)) return { reason: "failed" };
  const reason = endReasonOfCode(error.code);
  if (reason) return { reason };
  return { problem: error.message, losesSeat: error instanceof RadistError && !error.retryable };
}

/** Whether a token has been used, or waited in the lobby for longer than it lives. */
export const isStaleToken = (error: unknown): boolean => error instanceof RadistError && error.code === "invalid_token";
