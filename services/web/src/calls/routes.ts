import { CallId, Refusal } from "@radist-tech/protocol";
import type { RadistServerClient } from "@radist-tech/server";
import { Hono } from "hono";
import type { Allowance, Visited } from "../visitors/allowances.ts";

export interface CallRoutesOptions {
  readonly radist: RadistServerClient;
  readonly publicKey: string;
  readonly starts: Allowance;
  readonly joins: Allowance;
}

/** Creates calls for the page, and tokens for their seats. */
export function callRoutes({ radist, publicKey, starts, joins }: CallRoutesOptions): Hono<Visited> {
  return new Hono<Visited>()
    .post("/web/calls", async (context) => {
      starts(context);
      const { callId, callTokens } = await radist.createP2PConnection({ accessControl: "private" });
      return context.json({ callId, callToken: callTokens[0], publicKey });
    })
    .post("/web/calls/:callId/tokens", async (context) => {
      joins(context);
      const callId = CallId.safeParse(context.req.param("callId"));
      if (!callId.success) throw new Refusal("call_not_found");
      const { connectionToken } = await radist.mintConnectionToken({ callId: callId.data });
      return context.json({ callToken: connectionToken });
    });
}
