import { classes, Message, methods, parseMessage } from "werift";

/** An ICE agent's request that also nominates the pair (RFC 8445, 7.2.2): the other side is ICE lite. */
export function bindingRequest(ice: { readonly usernameFragment: string; readonly password: string }): Buffer {
  return new Message(methods.BINDING, classes.REQUEST)
    .setAttribute("USERNAME", `${ice.usernameFragment}:link`)
    .setAttribute("PRIORITY", 2_130_706_431)
    .setAttribute("ICE-CONTROLLING", 1n)
    .setAttribute("USE-CANDIDATE", null)
    .addMessageIntegrity(Buffer.from(ice.password))
    .addFingerprint().bytes;
}

export const isBindingResponse = (datagram: Buffer): boolean =>
  parseMessage(datagram)?.messageClass === classes.RESPONSE;
