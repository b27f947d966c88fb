import { createMiddleware } from "hono/factory";

/** Answers hold tokens, keys and people's data: no cache on the way may keep them, unless a route says otherwise. */
export const noStore = createMiddleware(async (context, next) => {
  await next();
  if (!context.res.headers.has("cache-control")) context.header("cache-control", "no-store");
});
