import type { CallId, PeerId, SignalType } from "@radist-tech/protocol";
import { memberSource } from "./member-source.ts";

/**
 * The frame of a signal as its target receives it. The payload is the sender's own text, or null if there was none.
 *
 * @param source the sender's frame, which the schema has accepted
 */
export function signalFrame(
  source: string,
  signal: { callId: CallId; from: PeerId; signalType: SignalType; at: Date },
): string {
  const payload = memberSource(source, "payload") ?? "null";
  // The schema admits no character in ids and names that JSON would escape.
  return (
    `{"type":"signal","callId":"${signal.callId}","fromPeerId":"${signal.from}","signalType":"${signal.signalType}"` +
    `,"payload":${payload},"occurredAt":"${signal.at.toISOString()}"}`
  );
}
