import { execFile } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import process from "node:process";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { type IsolatedNetwork, isolatedNetworks, whyNoIsolatedNetworks } from "./isolated-networks.ts";

const execute = promisify(execFile);

const FETCH = `fetch(process.argv[1], { signal: AbortSignal.timeout(Number(process.argv[2])) })
  .then((answer) => answer.text(), (error) => error.cause?.code ?? error.name)
  .then((text) => process.stdout.write(text))`;

/** The answer, or why there is none. */
async function fetchIn(network: IsolatedNetwork, url: string, withinMs = 60_000): Promise<string> {
  const { stdout } = await execute(await network.wrap(process.execPath), ["-e", FETCH, url, `${withinMs}`]);
  return stdout;
}

describe.skipIf(whyNoIsolatedNetworks())("Isolated networks", () => {
  test("reach this machine's servers and not each other, as far as they may, and leave nothing behind", async () => {
    let name = "";
    {
      await using isolated = await isolatedNetworks(2);
      const [first, second] = isolated.networks as [IsolatedNetwork, IsolatedNetwork];
      const server = createServer((request, response) => response.end(request.socket.remoteAddress));
      await using _closing = { [Symbol.asyncDispose]: async () => void server.close() };
      server.listen(0, "0.0.0.0");
      await once(server, "listening");
      const { port } = server.address() as AddressInfo;
      for (const address of isolated.servers) {
        const url = `http://${address}:${port}`;
        expect(await Promise.all([fetchIn(first, url), fetchIn(second, url)])).toEqual([first.address, second.address]);
      }
      expect(await fetchIn(first, `http://${second.address}:${port}`)).toBe("ENETUNREACH");
      const url = `http://${isolated.servers[0]}:${port}`;
      await first.restrict([["-p", "udp"]]);
      expect(await fetchIn(first, url, 200)).toBe("TimeoutError");
      await first.restrict([["-p", "tcp", "--dport", `${port}`]]);
      expect(await fetchIn(first, url)).toBe(first.address);
      await first.restrict([]);
      expect(await fetchIn(first, url)).toBe(first.address);
      name = isolated.servers[0];
    }
    expect((await execute("ip", ["address"])).stdout).not.toContain(name);
  });
});
