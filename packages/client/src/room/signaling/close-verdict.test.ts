import { expect, test } from "vitest";
import { RadistError, type RadistErrorCode } from "../../core/errors.ts";
import type { CloseEvidence } from "../../core/socket/close-verdict.ts";
import { judgeRoomClose } from "./close-verdict.ts";

const fresh = { joined: false, resuming: false };
const resuming = { joined: false, resuming: true };
const joined = { joined: true, resuming: false };
const refused = (code: RadistErrorCode) => ({ refusal: new RadistError(code) });

test.each([
  ["the network went away", { code: 1006, ...joined }, "retry"],
  ["a node drains", { code: 1012, ...joined, ...refused("unavailable") }, "retry"],
  ["a node drains, without a message", { code: 1012, ...joined }, "retry"],
  ["this page reads too slowly", { code: 1013, ...joined }, "retry"],
  ["the platform failed", { code: 1011, ...fresh, ...refused("internal_error") }, "retry"],
  ["too many messages", { code: 4429, ...joined }, "retry"],
  ["too large a message", { code: 1009, ...joined, ...refused("message_too_large") }, "retry"],
  ["left", { code: 1000, ...joined }, "left"],
  ["another page took over", { code: 4409, ...joined }, "superseded"],
  ["the same, with a message", { code: 4409, ...joined, ...refused("superseded") }, "superseded"],
  ["the room is full", { code: 4409, ...fresh, ...refused("room_full") }, "failed room_full"],
  ["the room is full, without a message", { code: 4409, ...fresh }, "failed room_full"],
  ["kicked", { code: 4403, ...joined }, "kicked"],
  ["kicked while away", { code: 4403, ...resuming, ...refused("kicked") }, "kicked"],
  ["a page of another origin", { code: 4403, ...fresh }, "failed origin_not_allowed"],
  ["the room ended", { code: 4410, ...joined }, "terminated"],
  ["the room had ended", { code: 4410, ...fresh, ...refused("room_terminated") }, "terminated"],
  ["away for too long", { code: 4401, ...resuming }, "expired"],
  ["a used token", { code: 4401, ...fresh }, "failed invalid_token"],
  ["a wrong public key", { code: 4401, ...fresh, ...refused("unauthorized") }, "failed unauthorized"],
  ["a wrong URL", { code: 4400, ...fresh }, "failed invalid_connection_request"],
  ["an unknown code", { code: 4999, ...joined }, "retry"],
] as [string, Partial<CloseEvidence>, string][])("%s", (_, close, expected) => {
  const verdict = judgeRoomClose({ refusal: undefined, ...close } as CloseEvidence);
  if (verdict === "retry") expect(expected).toBe("retry");
  else {
    const { reason, error, code } = verdict;
    expect(reason === "failed" ? `failed ${error?.code}` : reason).toBe(expected);
    expect(code).toBe(close.code);
  }
});
