import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { DtlsParameters, TransportParameters } from "@radist-tech/protocol";
import {
  CipherContext,
  DtlsClient,
  HashAlgorithm,
  NamedCurveAlgorithm,
  ProtectionProfileAeadAes128Gcm,
  RTCCertificate,
  type RtpHeader,
  SignatureAlgorithm,
  SrtpSession,
  type Transport,
} from "werift";
import { bindingRequest, isBindingResponse } from "./stun.ts";

/** Of the suites that both ends know; the same for whatever is measured. */
export const SRTP_SUITE = "AEAD_AES_128_GCM";

const CHECK_MS = 50;
/** RFC 7675: consent runs out after 30 s. */
const CONSENT_MS = 10_000;

const certificate = await selfSigned();

/** What `connect-transport` takes. */
export const dtlsParameters: DtlsParameters = {
  role: "client",
  fingerprints: certificate.getFingerprints().map(({ value }) => ({ algorithm: "sha-256", value })),
};

/** A browser's side of one WebRTC transport, and no more of it than RTP needs: what arrives is counted unread. */
export class MediaLink implements Disposable {
  /** RTP packets so far. */
  received = 0;
  readonly #socket: Socket;
  readonly #send: (datagram: Buffer) => void;
  readonly #consent: NodeJS.Timeout;
  #srtp: SrtpSession | undefined;

  private constructor(socket: Socket, { iceParameters, iceCandidates }: TransportParameters) {
    const candidate = iceCandidates.find(({ protocol }) => protocol === "udp");
    if (!candidate) throw new Error("The transport has no UDP candidate.");
    this.#socket = socket;
    this.#send = (datagram) => socket.send(datagram, candidate.port, candidate.address);
    this.#consent = setInterval(() => this.#send(bindingRequest(iceParameters)), CONSENT_MS);
  }

  /** Resolves when media can flow; the server must know {@link dtlsParameters} before. */
  static async open(parameters: TransportParameters): Promise<MediaLink> {
    const socket = createSocket({ type: "udp4", recvBufferSize: 4 << 20 });
    await new Promise<void>((resolve) => socket.bind(0, resolve));
    const link = new MediaLink(socket, parameters);
    await link.#connectIce(parameters);
    await link.#connectDtls();
    return link;
  }

  sendRtp(payload: Buffer, header: RtpHeader): void {
    if (this.#srtp) this.#send(this.#srtp.encrypt(payload, header));
  }

  [Symbol.dispose](): void {
    clearInterval(this.#consent);
    this.#socket.close();
  }

  async #connectIce({ iceParameters }: TransportParameters): Promise<void> {
    const check = (): void => this.#send(bindingRequest(iceParameters));
    check();
    const again = setInterval(check, CHECK_MS);
    for (;;) {
      const [datagram] = (await once(this.#socket, "message")) as [Buffer];
      if (isBindingResponse(datagram)) break;
    }
    clearInterval(again);
  }

  async #connectDtls(): Promise<void> {
    const transport = this.#transport();
    const { privateKey: key, certPem: cert, signatureHash } = certificate;
    const srtpProfiles = [ProtectionProfileAeadAes128Gcm];
    const client = new DtlsClient({ transport, cert, key, signatureHash, srtpProfiles, extendedMasterSecret: true });
    this.#socket.on("message", (datagram: Buffer) => {
      const [first = 0, second = 0] = datagram;
      // RFC 7983: STUN, DTLS or RTP, by the first byte; RFC 5761: RTP or RTCP, by the second.
      if (first >= 128) this.received += (second & 0x60) === 0x40 ? 0 : 1;
      else if (first >= 20) transport.onData(datagram, ["", 0]);
    });
    await new Promise<void>((resolve, reject) => {
      client.onConnect.once(() => resolve());
      client.onError.once(reject);
      client.connect().catch(reject);
    });
    const { localKey, localSalt, remoteKey, remoteSalt } = client.extractSessionKeys(16, 12);
    this.#srtp = new SrtpSession({
      profile: ProtectionProfileAeadAes128Gcm,
      keys: {
        localMasterKey: localKey,
        localMasterSalt: localSalt,
        remoteMasterKey: remoteKey,
        remoteMasterSalt: remoteSalt,
      },
    });
  }

  #transport(): Transport {
    return {
      type: "udp",
      address: { address: "127.0.0.1", family: "IPv4", port: 0 },
      closed: false,
      onData: () => {},
      send: async (datagram) => this.#send(datagram),
      close: async () => {},
    };
  }
}

async function selfSigned(): Promise<RTCCertificate> {
  const { certPem, keyPem, signatureHash } = await CipherContext.createSelfSignedCertificateWithKey(
    { signature: SignatureAlgorithm.ecdsa_3, hash: HashAlgorithm.sha256_4 },
    NamedCurveAlgorithm.secp256r1_23,
  );
  return new RTCCertificate(keyPem, certPem, signatureHash);
}
