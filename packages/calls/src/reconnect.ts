import { hexOf } from "@radist-tech/db";
import type { CallId, PeerId, ReconnectToken } from "@radist-tech/protocol";
import { admit } from "./admission.ts";
import type { AdmissionContext, Admitted } from "./admission-batch.ts";
import { digest } from "./tokens.ts";

export type Reconnected = Admitted;

/**
 * Gives an earlier peer to a new socket. Who only guesses holds nobody up: a call is locked for what may work.
 *
 * @throws {Refusal} `invalid_reconnect`, `call_terminated`
 * @throws {DatabaseUnavailable}
 */
export function reconnectPeer(
  context: AdmissionContext<Reconnected>,
  {
    callId,
    peerId,
    reconnectToken,
  }: { readonly callId: CallId; readonly peerId: PeerId; readonly reconnectToken: ReconnectToken },
): Promise<Reconnected> {
  const presented = digest(reconnectToken);
  return admit(context.connection, {
    context,
    credentials: { kind: "reconnect", callId, peerId, hash: hexOf(presented), digest: presented },
    onPeer: () => {},
    onLate: context.onLate,
  });
}
