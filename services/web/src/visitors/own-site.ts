import { Refusal } from "@radist-tech/protocol";
import type { MiddlewareHandler } from "hono";

/** Keeps other sites from using up their visitors' allowance. Clients other than browsers do not send the header. */
export const ownSiteOnly: MiddlewareHandler = async (context, next) => {
  const site = context.req.header("sec-fetch-site");
  if (site !== undefined && site !== "same-origin" && site !== "none") throw new Refusal("origin_not_allowed");
  await next();
  context.header("cache-control", "no-store");
};
