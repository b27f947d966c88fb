import { expect, test } from "vitest";
import { routeOf } from "./route.ts";

const ID = "550e8400-e29b-41d4-a716-446655440000";

test.each([
  ["/", { name: "home" }],
  [`/call/${ID}`, { name: "call", callId: ID }],
  [`/call/${ID}/`, { name: "call", callId: ID }],
  [`/room/${ID}`, { name: "room", roomId: ID }],
  [`/call/${ID.slice(1)}`, { name: "missing" }],
  [`/room/${ID}/more`, { name: "missing" }],
  [`/rooms/${ID}`, { name: "missing" }],
  ["/call/", { name: "missing" }],
  ["", { name: "missing" }],
])("%s", (path, route) => {
  expect(routeOf(path)).toEqual(route);
});
