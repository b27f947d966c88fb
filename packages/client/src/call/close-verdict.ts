import { BROWSER_ERRORS } from "@radist-tech/protocol/browser-errors";
import { type CloseEvidence, type CloseRules, judgeClose } from "../core/socket/close-verdict.ts";
import type { Ending } from "./types.ts";

const CALL_RULES: CloseRules<Ending["reason"]> = {
  full: "call_full",
  terminated: "call_terminated",
  reasons: { call_terminated: "terminated", invalid_reconnect: "expired" },
};

/** Whether to open another socket after one that closed, or how the call ends for this page. */
export function judgeCallClose(close: CloseEvidence): Ending | "retry" {
  // Another page has taken over this peer, which is no error.
  if (close.joined && close.code === BROWSER_ERRORS.superseded.close) return { reason: "superseded" };
  return judgeClose(close, CALL_RULES);
}
