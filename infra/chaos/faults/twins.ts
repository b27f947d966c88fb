import { pause } from "@radist-tech/protocol/timing";
import { connectSocket, type TestSocket } from "@radist-tech/testkit";
import { type RawCall, type RawPeer, rawCall, rawPeer, socketUrl } from "../load/raw-call.ts";
import type { Fault, Stage } from "../run/stage.ts";

const ROUNDS = 200;
const DECIDED_WITHIN_MS = 60_000;

/** @returns the peer on the socket that keeps it */
async function race({ platform }: Stage, { callId, publicKey }: RawCall, peer: RawPeer): Promise<RawPeer | undefined> {
  const { peerId, reconnectToken } = peer;
  const claim = { publicKey, callId, peerId, reconnectToken };
  const sockets = await Promise.all(
    platform.nodesOf("signaling").map(({ url }) => connectSocket(socketUrl(url, claim))),
  );
  const answers = await Promise.all(sockets.map((socket) => socket.next()));
  const open = new Set<TestSocket>(sockets);
  for (const socket of sockets) void socket.closed.then(() => open.delete(socket));
  const deadline = performance.now() + DECIDED_WITHIN_MS;
  while (open.size > 1 && performance.now() < deadline) await pause(5);
  const [kept] = open;
  const answer = kept && answers[sockets.indexOf(kept)];
  return open.size === 1 && kept && answer?.type === "call_reconnected" ? rawPeer(kept, answer) : undefined;
}

/** One peer, and two clients that believe to be it. */
export const twins: readonly Fault[] = [
  {
    name: "twins",
    what: `the same peer reconnects on two nodes at once, ${ROUNDS} times: one of them has it`,
    async run(stage) {
      const { platform, say, violate, count, until } = stage;
      await using call = await rawCall(platform);
      let peer: RawPeer | undefined = call.alice;
      let round = 0;
      for (; peer && round < ROUNDS; round++) {
        if (round % 50 === 0) say(`round ${round + 1} of ${ROUNDS}`);
        peer = await race(stage, call, peer);
      }
      count("rounds", round);
      if (!peer) return violate({ invariant: "fault", what: `round ${round}: not exactly one socket had the peer` });
      const [project] = platform.projects;
      if (!project) return;
      await until("both peers are connected", async () => {
        const { peers } = await platform.backend(project).getCall(call.callId);
        return peers.length === 2 && peers.every(({ status }) => status === "connected");
      });
      peer.socket.send({ type: "leave" });
      call.bob.socket.send({ type: "leave" });
      await Promise.all([peer.socket.closed, call.bob.socket.closed]);
    },
  },
];
