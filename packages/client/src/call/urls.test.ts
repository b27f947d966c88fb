import { expect, test } from "vitest";
import { attemptOf } from "../core/attempts.ts";
import { socketUrl, tokenUrl } from "./urls.ts";

test("the addresses are those of the contract", () => {
  expect(tokenUrl("https://radist.tech/api/v1", "a/b")).toBe("https://radist.tech/api/v1/p2p/calls/a%2Fb/token");
  expect(socketUrl("https://radist.tech/api/v1", "rad_pk_1", { callToken: "ct_1" })).toBe(
    `wss://radist.tech/api/v1/p2p/signaling/ws?publicKey=rad_pk_1&callToken=ct_1&attempt=${attemptOf("ct_1")}&features=ice`,
  );
  const resume = { callId: "c", peerId: "peer_1", reconnectToken: "rt_1" };
  expect(socketUrl("http://localhost:3000/api/v1", "rad_pk_1", resume)).toBe(
    "ws://localhost:3000/api/v1/p2p/signaling/ws?publicKey=rad_pk_1&callId=c&peerId=peer_1&reconnectToken=rt_1&features=ice",
  );
});
