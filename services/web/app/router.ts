import { signal } from "@preact/signals";
import { type Route, routeOf } from "./route.ts";

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
