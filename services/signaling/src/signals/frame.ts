import type { CallId, PeerId, SignalType } from "@radist-tech/protocol";
import { memberSource } from "./member-source.ts";

/**
 * The frame of a signal as its target gets it. The payload is the sender's own text, null where there was none.
 *
 * @param source the sender's frame, which the schema has accepted
 */
export function signalFrame(
  source: string,
  signal: { callId: CallId; from: PeerId; signalType: SignalType; at: Date },
): string {
  const payload = memberSource(source, "payload") ?? "null";
  // Ids and names have no character that JSON escapes; the schema saw to it.
  return (
    `{"type":"signal","callId":"${signal.callId}","fromPeerId":"${signal.from}","signalType":"${signal.signalType}"` +
    `,"payload":${payload},"occurredAt":"${signal.at.toISOString()}"}`
  );
}
