import { signal } from "@preact/signals";

/** The page's addresses: `/`, and `/call/<callId>` and `/room/<roomId>`, which are the links that people share. */
export type Route =
  | { readonly name: "home" }
  | { readonly name: "call"; readonly callId: string }
  | { readonly name: "room"; readonly roomId: string }
  | { readonly name: "missing" };

const MEETING = /^\/(call|room)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/;

function routeOf(path: string): Route {
  if (path === "/") return { name: "home" };
  const [, kind, found] = MEETING.exec(path) ?? [];
  if (found === undefined) return { name: "missing" };
  const id = found.toLowerCase();
  return kind === "call" ? { name: "call", callId: id } : { name: "room", roomId: id };
}

export const route = signal<Route>(routeOf(location.pathname));

export const callPath = (callId: string): string => `/call/${callId}`;
export const callLink = (callId: string): string => location.origin + callPath(callId);
export const roomPath = (roomId: string): string => `/room/${roomId}`;
export const roomLink = (roomId: string): string => location.origin + roomPath(roomId);

export function go(path: string): void {
  history.pushState(null, "", path);
  route.value = routeOf(path);
}

addEventListener("popstate", () => {
  route.value = routeOf(location.pathname);
});
