/** The page's addresses: `/`, and `/call/<callId>` and `/room/<roomId>`, which are the links that people share. */
export type Route =
  | { readonly name: "home" }
  | { readonly name: "call"; readonly callId: string }
  | { readonly name: "room"; readonly roomId: string }
  | { readonly name: "missing" };

const MEETING = /^\/(call|room)\/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\/?$/;

export function routeOf(path: string): Route {
  if (path === "/") return { name: "home" };
  const [, kind, found] = MEETING.exec(path) ?? [];
  if (found === undefined) return { name: "missing" };
  return kind === "call" ? { name: "call", callId: found } : { name: "room", roomId: found };
}
