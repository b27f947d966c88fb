import { expect, test } from "vitest";
import { RadistError, type RadistErrorCode } from "../../core/errors.ts";
import type { CloseEvidence } from "../../core/socket/close-verdict.ts";
import { judgeRoomClose } from "./close-verdict.ts";

const fresh = { joined: false, resuming: false };
const back = { joined: false, resuming: true };
const inside = { joined: true, resuming: false };
const said = (code: RadistErrorCode) => ({ refusal: new RadistError(code) });

test.each([
  ["the network went away", { code: 1006, ...inside }, "retry"],
  ["a node drains", { code: 1012, ...inside, ...said("unavailable") }, "retry"],
  ["a node drains, without a word", { code: 1012, ...inside }, "retry"],
  ["too slow a reader", { code: 1013, ...inside }, "retry"],
  ["the platform failed", { code: 1011, ...fresh, ...said("internal_error") }, "retry"],
  ["too many messages", { code: 4429, ...inside }, "retry"],
  ["too large a message", { code: 1009, ...inside, ...said("message_too_large") }, "retry"],
  ["left", { code: 1000, ...inside }, "left"],
  ["another page took over", { code: 4409, ...inside }, "superseded"],
  ["the same, in words", { code: 4409, ...inside, ...said("superseded") }, "superseded"],
  ["the room is full", { code: 4409, ...fresh, ...said("room_full") }, "failed room_full"],
  ["the room is full, without a word", { code: 4409, ...fresh }, "failed room_full"],
  ["kicked", { code: 4403, ...inside }, "kicked"],
  ["kicked while away", { code: 4403, ...back, ...said("kicked") }, "kicked"],
  ["a page of another origin", { code: 4403, ...fresh }, "failed origin_not_allowed"],
  ["the room ended", { code: 4410, ...inside }, "terminated"],
  ["the room had ended", { code: 4410, ...fresh, ...said("room_terminated") }, "terminated"],
  ["away for too long", { code: 4401, ...back }, "expired"],
  ["a used token", { code: 4401, ...fresh }, "failed invalid_token"],
  ["a wrong public key", { code: 4401, ...fresh, ...said("unauthorized") }, "failed unauthorized"],
  ["a wrong URL", { code: 4400, ...fresh }, "failed invalid_connection_request"],
  ["what nobody knows yet", { code: 4999, ...inside }, "retry"],
] as [string, Partial<CloseEvidence>, string][])("%s", (_, close, expected) => {
  const verdict = judgeRoomClose({ refusal: undefined, ...close } as CloseEvidence);
  if (verdict === "retry") expect(expected).toBe("retry");
  else {
    const { reason, error, code } = verdict;
    expect(reason === "failed" ? `failed ${error?.code}` : reason).toBe(expected);
    expect(code).toBe(close.code);
  }
});
