import type { HttpBindings } from "@hono/node-server";
import { CallId, Refusal } from "@radist-tech/protocol";
import { addressBlock, clientAddress } from "@radist-tech/runtime";
import type { RadistServerClient } from "@radist-tech/server";
import { type Context, Hono } from "hono";
import { TokenBuckets } from "./token-bucket.ts";

export interface CallRoutesOptions {
  readonly radist: RadistServerClient;
  readonly publicKey: string;
  /** Base URL of the API as the browser reaches it. */
  readonly publicApiBaseUrl: string;
  readonly trustedProxies: number;
  readonly callsPerMinute: number;
  readonly joinsPerMinute: number;
}

type Bindings = { Bindings: HttpBindings };

const MAX_ADDRESSES = 50_000;

/** What the page asks of its own backend: tokens, which need the secret key. */
export function callRoutes(options: CallRoutesOptions): Hono<Bindings> {
  const { radist, publicKey } = options;
  const started = limited(
    options.trustedProxies,
    options.callsPerMinute,
    "Too many calls were started from your network.",
  );
  const joined = limited(
    options.trustedProxies,
    options.joinsPerMinute,
    "Too many attempts to join from your network.",
  );

  return new Hono<Bindings>()
    .use("/web/*", async (context, next) => {
      refuseOtherSites(context);
      await next();
      context.header("cache-control", "no-store");
    })
    .get("/web/config", (context) => context.json({ publicKey, apiBaseUrl: options.publicApiBaseUrl }))
    .post("/web/calls", async (context) => {
      started(context);
      const { callId, callTokens } = await radist.createP2PConnection({ accessControl: "private" });
      return context.json({ callId, callToken: callTokens[0], publicKey });
    })
    .post("/web/calls/:callId/tokens", async (context) => {
      joined(context);
      const callId = CallId.safeParse(context.req.param("callId"));
      if (!callId.success) throw new Refusal("call_not_found");
      const { connectionToken } = await radist.mintConnectionToken({ callId: callId.data });
      return context.json({ callToken: connectionToken });
    });
}

/** Another site's page could else spend its visitors' allowance. Clients that are no browsers do not send the header. */
function refuseOtherSites(context: Context): void {
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new Refusal("origin_not_allowed");
}

function limited(trustedProxies: number, perMinute: number, sentence: string): (context: Context<Bindings>) => void {
  const buckets = new TokenBuckets({ burst: perMinute, perMinute, maxAddresses: MAX_ADDRESSES });
  return (context) => {
    const address = addressBlock(clientAddress(context.env.incoming, trustedProxies));
    const seconds = Math.ceil(buckets.take(address, performance.now()) / 1000);
    if (seconds === 0) return;
    context.header("retry-after", String(seconds));
    throw new Refusal("rate_limited", `${sentence} Try again in ${seconds} s.`);
  };
}
