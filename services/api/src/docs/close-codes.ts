import { CALL_LEFT_CLOSE, ERRORS, type ErrorCode, type ErrorSpec } from "@radist-tech/protocol";

/** Errors of only one of the two sockets; all others with a close code occur on both. */
const OF_CALLS: readonly ErrorCode[] = ["call_full", "call_terminated"];
const OF_ROOMS: readonly ErrorCode[] = ["room_full", "room_terminated", "superseded", "kicked"];

type CloseCodes = Record<string, string[]>;

/** What each close code of the P2P socket means, by code. */
export function callCloseCodes(): CloseCodes {
  const reasons = Object.entries(CALL_LEFT_CLOSE).map(([reason, code]) => [code, `call_left ${reason}`] as const);
  const errors = errorsBut(OF_ROOMS).map(([code, name]) => [code, `${name}: ${ERRORS[name].message}`] as const);
  return byCode([...reasons, ...errors]);
}

/** What each close code of the room socket means, by code. Some sentences of the table speak of calls: names only. */
export function roomCloseCodes(): CloseCodes {
  return byCode([[1000, "leave-room"], ...errorsBut(OF_CALLS)]);
}

const NAMES = Object.keys(ERRORS) as ErrorCode[];

function errorsBut(others: readonly ErrorCode[]): (readonly [code: number, name: ErrorCode])[] {
  return NAMES.flatMap((name) => {
    const spec: ErrorSpec = ERRORS[name];
    const code = spec.close ?? spec.closeWhenRepeated;
    return code === undefined || others.includes(name) ? [] : [[code, name] as const];
  });
}

function byCode(meanings: readonly (readonly [code: number, meaning: string])[]): CloseCodes {
  const codes: CloseCodes = {};
  for (const [code, meaning] of meanings) codes[code] = [...(codes[code] ?? []), meaning];
  return codes;
}
