import type { RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import { linkRed, preferRed, redPayloadType } from "./red-sdp.ts";

/**
 * Opus in RED on both transports. mediasoup-client answers with one codec only, and cannot express what RED carries, so
 * that the descriptions it applies are edited.
 */
export class RedundantAudio {
  readonly #opus: number;
  readonly #enabled = new WeakSet<RTCRtpSender>();
  #payloadTypes: ReadonlyMap<string, number> = new Map();

  private constructor(send: types.Transport, recv: types.Transport, opus: number) {
    this.#opus = opus;
    const sending = connectionOf(send);
    editRemote(sending, (answer) => {
      this.#payloadTypes = this.#offered(sending);
      return preferRed(answer, this.#payloadTypes);
    });
    editRemote(connectionOf(recv), linkRed);
  }

  /** Undefined when this browser or this room does not support RED. */
  static create(device: types.Device, send: types.Transport, recv: types.Transport): RedundantAudio | undefined {
    const { codecs = [] } = device.recvRtpCapabilities;
    const find = (name: string) => codecs.find(({ mimeType }) => mimeType.toLowerCase() === name);
    const opus = find("audio/opus")?.preferredPayloadType;
    return find("audio/red") && opus !== undefined ? new RedundantAudio(send, recv, opus) : undefined;
  }

  /** For `onRtpSender`: this sender uses RED if the browser offers it. */
  readonly enableFor = (sender: RTCRtpSender): void => {
    this.#enabled.add(sender);
  };

  /** Adds RED, where it is sent, to the parameters that mediasoup-client knows. */
  addCodec(rtpParameters: RtpParameters): RtpParameters {
    const payloadType = this.#payloadTypes.get(rtpParameters.mid ?? "");
    if (payloadType === undefined) return rtpParameters;
    const red = { mimeType: "audio/red", payloadType, clockRate: 48_000, channels: 2 };
    return { ...rtpParameters, codecs: [...rtpParameters.codecs, red] };
  }

  #offered(connection: RTCPeerConnection): ReadonlyMap<string, number> {
    const offer = connection.localDescription?.sdp ?? "";
    const offered = new Map<string, number>();
    for (const { mid, sender } of connection.getTransceivers()) {
      const payloadType =
        mid !== null && this.#enabled.has(sender) ? redPayloadType(offer, mid, this.#opus) : undefined;
      if (mid !== null && payloadType !== undefined) offered.set(mid, payloadType);
    }
    return offered;
  }
}

/** mediasoup-client (3.24, which this package pins) exposes its handler, and not the connection. */
function connectionOf({ handler }: types.Transport): RTCPeerConnection {
  const { _pc: connection } = handler as unknown as { readonly _pc: unknown };
  if (!(connection instanceof RTCPeerConnection))
    throw new Error("mediasoup-client no longer keeps its connection in _pc.");
  return connection;
}

function editRemote(connection: RTCPeerConnection, edit: (description: string) => string): void {
  const apply = connection.setRemoteDescription.bind(connection);
  connection.setRemoteDescription = ({ type, sdp = "" }: RTCSessionDescriptionInit) => apply({ type, sdp: edit(sdp) });
}
