import { join } from "node:path";
import { pause } from "@radist-tech/protocol/timing";
import { RadistServerClient } from "@radist-tech/server";
import {
  chromiumPath,
  type IsolatedNetwork,
  isolatedNetworks,
  launchBrowser,
  type OwnProcess,
  ownTurnServer,
  turnCertificate,
} from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { printed, startStandalone, temporaryDirectory } from "./platform.ts";

export interface Side {
  readonly network: IsolatedNetwork;
  readonly browser: Browser;
}

/** Two browsers in networks without a route to each other, a platform and a TURN server that both can reach. */
export interface RelayedStage extends AsyncDisposable {
  readonly front: { readonly url: string };
  /** Where metrics are read. */
  readonly adminUrl: string;
  /** The media server's address. */
  readonly host: string;
  readonly server: RadistServerClient;
  readonly sides: readonly [Side, Side];
  /** Starts coturn as we ship it, with the platform's secrets unless told otherwise. Disposal stops it. */
  startTurn(more?: Readonly<Record<string, string>>): Promise<OwnProcess>;
}

/** @param more further settings of the platform, which may depend on the TURN server's address */
export async function relayedStage(
  more: (turn: string) => Readonly<Record<string, string>> = () => ({}),
): Promise<RelayedStage> {
  await using stack = new AsyncDisposableStack();
  const { servers, networks } = stack.use(await isolatedNetworks(2));
  // As in the field where only 443 is open: two addresses, the platform's and the TURN server's own.
  const [turn, host] = servers;
  const url = `http://${host}:443`;
  const { path } = stack.use(await temporaryDirectory());
  const platform = stack.use(
    await startStandalone(join(path, "data"), {
      HOST: host,
      PORT: "443",
      ADMIN_PORT: "0",
      ADMIN_HOST: "127.0.0.1",
      MEDIA_ANNOUNCED_ADDRESS: host,
      TURN_URLS: [
        `turn:${turn}:3478?transport=udp`,
        `turn:${turn}:3478?transport=tcp`,
        `turns:${turn}:443?transport=tcp`,
      ].join(),
      // In the midst of a rotation: they are made with the first, and the TURN server knows both.
      TURN_SECRET: "the-next-secret,the-present-secret",
      ...more(turn),
    }),
  );
  const { output } = platform.process;
  const server = new RadistServerClient(printed(output, "Secret key"), {
    projectId: printed(output, "Project id"),
    apiBaseUrl: `${url}/api/v1`,
  });
  const certificate = stack.use(await turnCertificate());
  const { TURN_TLS_CERT, TURN_TLS_KEY } = certificate;
  const sideIn = async (network: IsolatedNetwork): Promise<Side> => {
    const flags = [`--unsafely-treat-insecure-origin-as-secure=${url}`, "--ignore-certificate-errors"];
    const browser = await launchBrowser(flags, { program: await network.wrap(chromiumPath()) });
    stack.defer(() => browser.close());
    return { network, browser };
  };
  const sides = await Promise.all([sideIn(networkAt(networks, 0)), sideIn(networkAt(networks, 1))]);
  const adminUrl = new URL(printed(output, "Health")).origin;
  while (!(await fetch(`${adminUrl}/readyz`)).ok) await pause(50);
  const owned = stack.move();
  return {
    front: { url },
    adminUrl,
    host,
    server,
    sides,
    startTurn: (more = {}) =>
      ownTurnServer({
        TURN_ADDRESS: turn,
        TURN_SECRET: "the-present-secret,the-next-secret",
        TURN_ALLOWED_PEERS: host,
        TURN_TLS_CERT,
        TURN_TLS_KEY,
        ...more,
      }),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

function networkAt(networks: readonly IsolatedNetwork[], index: number): IsolatedNetwork {
  const network = networks[index];
  if (!network) throw new Error(`There is no network ${index}.`);
  return network;
}
