import type { RtpParameters } from "@radist-tech/protocol";
import type { types } from "mediasoup-client";
import { linkRed, preferRed, redIn } from "./red-sdp.ts";

/**
 * Opus in RED on both transports. mediasoup-client answers with one codec alone, and cannot say what RED carries, so
 * both are mended in the descriptions that it applies.
 */
export class Red {
  readonly #opus: number;
  readonly #wanting = new WeakSet<RTCRtpSender>();
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

  /** Undefined where this browser or this room does not know RED. */
  static between(device: types.Device, send: types.Transport, recv: types.Transport): Red | undefined {
    const { codecs = [] } = device.recvRtpCapabilities;
    const find = (name: string) => codecs.find(({ mimeType }) => mimeType.toLowerCase() === name);
    const opus = find("audio/opus")?.preferredPayloadType;
    return find("audio/red") && opus !== undefined ? new Red(send, recv, opus) : undefined;
  }

  /** For `onRtpSender`: this one sends RED where the browser offers it. */
  readonly want = (sender: RTCRtpSender): void => {
    this.#wanting.add(sender);
  };

  /** What is sent, as mediasoup-client knows it, with the RED that is sent too. */
  complete(rtpParameters: RtpParameters): RtpParameters {
    const payloadType = this.#payloadTypes.get(rtpParameters.mid ?? "");
    if (payloadType === undefined) return rtpParameters;
    const red = { mimeType: "audio/red", payloadType, clockRate: 48_000, channels: 2 };
    return { ...rtpParameters, codecs: [...rtpParameters.codecs, red] };
  }

  #offered(connection: RTCPeerConnection): ReadonlyMap<string, number> {
    const offer = connection.localDescription?.sdp ?? "";
    const offered = new Map<string, number>();
    for (const { mid, sender } of connection.getTransceivers()) {
      const payloadType = mid !== null && this.#wanting.has(sender) ? redIn(offer, mid, this.#opus) : undefined;
      if (mid !== null && payloadType !== undefined) offered.set(mid, payloadType);
    }
    return offered;
  }
}

/** mediasoup-client (3.24, which this package pins) hands out what drives a connection, not the connection. */
function connectionOf({ handler }: types.Transport): RTCPeerConnection {
  const { _pc: connection } = handler as unknown as { readonly _pc: unknown };
  if (!(connection instanceof RTCPeerConnection)) throw new Error("mediasoup-client keeps its connection elsewhere.");
  return connection;
}

function editRemote(connection: RTCPeerConnection, edit: (description: string) => string): void {
  const apply = connection.setRemoteDescription.bind(connection);
  connection.setRemoteDescription = ({ type, sdp = "" }: RTCSessionDescriptionInit) => apply({ type, sdp: edit(sdp) });
}
