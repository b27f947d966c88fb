import type { RoomId, TransportParameters } from "@radist-tech/protocol";
import { dtlsParameters, MediaLink } from "@radist-tech/testkit/media-link";
import type { Cluster } from "./cluster.ts";
import { joins, type TestPeer } from "./test-peer.ts";

/** A participant who sends and receives real media: ICE, DTLS, SRTP. */
export interface MediaPeer extends AsyncDisposable {
  readonly person: TestPeer;
  readonly send: MediaLink;
  readonly recv: MediaLink;
}

export async function calls(cluster: Cluster, roomId: RoomId): Promise<MediaPeer> {
  await using stack = new AsyncDisposableStack();
  const person = stack.use(await joins(cluster, roomId));
  const link = async (which: "sendTransport" | "recvTransport"): Promise<MediaLink> => {
    const transport = person.joined[which] as TransportParameters;
    const answer = await person.asks({ type: "connect-transport", transportId: transport.id, dtlsParameters });
    if (answer.type !== "transport-connected") throw new Error(`Not connected: ${JSON.stringify(answer)}`);
    return stack.use(await MediaLink.open(transport));
  };
  const [send, recv] = [await link("sendTransport"), await link("recvTransport")];
  const all = stack.move();
  return { person, send, recv, [Symbol.asyncDispose]: () => all.disposeAsync() };
}
