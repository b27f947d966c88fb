import { P2P_SOCKET_PATH } from "@radist-tech/protocol";
import { connectSocket } from "@radist-tech/testkit";
import type { Violation } from "../history/history.ts";
import type { Load } from "../load/load.ts";
import type { Platform } from "../platform/platform.ts";

const SAMPLE = 5;

/** Tries tokens that have been used, as somebody would who found them in a log. */
export async function checkUsedTokens(platform: Platform, load: Load): Promise<Violation[]> {
  const tries = load.pairs.slice(0, SAMPLE).map(async ({ callers, tokens, publicKey }) => {
    const query = new URLSearchParams({ publicKey, callToken: String(tokens[0]), attempt: crypto.randomUUID() });
    const url = `${platform.pick("signaling").replace("http", "ws")}${P2P_SOCKET_PATH}?${query.toString()}`;
    await using socket = await connectSocket(url);
    const { type } = await socket.next();
    return type === "error"
      ? []
      : [{ invariant: "tokens", what: `${callers[0].party.name}'s token worked again` } as const];
  });
  return (await Promise.all(tries)).flat();
}
