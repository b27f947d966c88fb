import { signal } from "@preact/signals";

/** The page's addresses: `/`, and `/call/<callId>`, which is the link that people share. */
export type Route =
  | { readonly name: "home" }
  | { readonly name: "call"; readonly callId: string }
  | { readonly name: "missing" };

const CALL = /^\/call\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/i;

function routeOf(path: string): Route {
  if (path === "/") return { name: "home" };
  const callId = CALL.exec(path)?.[1];
  return callId === undefined ? { name: "missing" } : { name: "call", callId: callId.toLowerCase() };
}

export const route = signal<Route>(routeOf(location.pathname));

export const callPath = (callId: string): string => `/call/${callId}`;
export const callLink = (callId: string): string => location.origin + callPath(callId);

export function go(path: string): void {
  history.pushState(null, "", path);
  route.value = routeOf(path);
}

addEventListener("popstate", () => {
  route.value = routeOf(location.pathname);
});
