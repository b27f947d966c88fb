import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { P2P_SOCKET_PATH } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { WebSocket } from "ws";
import { rawCall, socketUrl } from "../load/raw-call.ts";
import type { Fault, Stage } from "../run/stage.ts";

/** Below the largest frame, of 64 KiB. */
const LARGE = "x".repeat(60_000);
const FLOOD = 20_000;
const HANDSHAKES = 10_000;
const HANDSHAKES_AT_ONCE = 250;
const SLOW_HANDSHAKES = 500;
/** Loopback is a whole network: another client than those of the load. */
const ATTACKER = "127.0.0.2";

/** How one attempt ends that has a token of nobody. */
async function refused({ platform }: Stage): Promise<boolean> {
  const [project] = platform.projects;
  const callToken = `ct_${"0".repeat(43)}`;
  const url = socketUrl(platform.pick("signaling"), { publicKey: project?.publicKey ?? "", callToken });
  const socket = new WebSocket(url, { localAddress: ATTACKER });
  socket.on("error", () => {});
  const joined = new Promise<boolean>((resolve) => {
    socket.on("message", (data: Buffer) => resolve(data.toString().includes("call_joined")));
  });
  const [isJoined] = await Promise.all([
    Promise.race([joined, once(socket, "close").then(() => false)]),
    once(socket, "close"),
  ]);
  return !isJoined;
}

/** Somebody makes a call meanwhile, and can. */
async function callsStillWork({ load, violate }: Stage): Promise<void> {
  await load
    .addPair()
    .catch((error: unknown) => violate({ invariant: "calls", what: `a new call failed: ${String(error)}` }));
}

/** Clients that behave badly beside those that do not. */
export const clients: readonly Fault[] = [
  {
    name: "client-stops-reading",
    what: "a client stops reading while it is sent megabytes: it is let go, and the sender is told",
    async run({ platform, say, last, until }) {
      await using call = await rawCall(platform);
      const { alice, bob } = call;
      bob.socket.webSocket.pause();
      say("one client reads nothing any more");
      for (let sent = 0; sent < 400; sent++) {
        alice.socket.send({ type: "signal", targetPeerId: bob.peerId, signalType: "offer", payload: LARGE });
        // Within the limits of a socket: 50 messages a second.
        await pause(20);
      }
      await until("the sender is told", () =>
        alice.socket.messages.some(
          ({ type, reason }) => type === "error" || (type === "peer_left" && reason === "disconnected"),
        ),
      );
      await last(0.5);
    },
  },
  {
    name: "client-floods",
    what: `a client sends ${FLOOD} messages as fast as it can: it is told, then closed`,
    async run({ platform, say, until, count }) {
      await using call = await rawCall(platform);
      const { socket } = call.alice;
      say("one client floods");
      let sent = 0;
      while (socket.webSocket.readyState === WebSocket.OPEN) {
        for (let burst = 0; burst < 500; burst++, sent++) {
          socket.send({ type: "signal", targetPeerId: call.bob.peerId, signalType: "offer", payload: sent });
        }
        await pause(sent < FLOOD ? 1 : 100);
      }
      count("flooded with", sent);
      await until("the flood is refused as rate_limited", () =>
        socket.messages.some(({ code }) => code === "rate_limited"),
      );
    },
  },
  {
    name: "handshakes",
    what: `${HANDSHAKES} handshakes with a wrong token from one address: all are refused, and new calls work`,
    async run(stage) {
      const { say, violate } = stage;
      let begun = 0;
      let admitted = 0;
      const attempts = Array.from({ length: HANDSHAKES_AT_ONCE }, async () => {
        while (begun++ < HANDSHAKES) {
          if (begun % 2_000 === 0) say(`${begun} of ${HANDSHAKES}`);
          if (!(await refused(stage))) admitted++;
        }
      });
      await callsStillWork(stage);
      await Promise.all(attempts);
      if (admitted > 0)
        violate({ invariant: "tokens", what: `${admitted} sockets were admitted with a token of nobody` });
    },
  },
  {
    name: "slow-handshakes",
    what: `${SLOW_HANDSHAKES} connections that send a header byte by byte: new calls work beside them`,
    async run(stage) {
      const { platform, say, last } = stage;
      const open = new Set<Socket>();
      for (let count = 0; count < SLOW_HANDSHAKES; count++) {
        const { port } = new URL(platform.pick("signaling"));
        const socket = connect({ host: "127.0.0.1", port: Number(port), localAddress: ATTACKER });
        open.add(socket);
        socket.on("error", () => {}).on("close", () => open.delete(socket));
        socket.write(`GET ${P2P_SOCKET_PATH} HTTP/1.1\r\nHost: localhost\r\nX-Slow: `);
        socket.resume();
      }
      say(`${SLOW_HANDSHAKES} handshakes crawl`);
      const drip = setInterval(() => {
        for (const socket of open) socket.write("x");
      }, 500);
      await callsStillWork(stage);
      await last();
      await callsStillWork(stage);
      clearInterval(drip);
      for (const socket of open) socket.destroy();
    },
  },
];
