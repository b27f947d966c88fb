import { expect, test } from "vitest";
import { readNatsUrl } from "./nats-url.ts";

test.each([
  ["nats://localhost", { servers: ["localhost:4222"] }],
  ["nats://10.0.0.1:5222", { servers: ["10.0.0.1:5222"] }],
  ["nats://[::1]:5222", { servers: ["[::1]:5222"] }],
  ["nats://a, nats://b:1", { servers: ["a:4222", "b:1"] }],
  ["nats://al%40ice:p%3Ass@a", { servers: ["a:4222"], user: "al@ice", pass: "p:ss" }],
  ["nats://t0ken@a,nats://b", { servers: ["a:4222", "b:4222"], token: "t0ken" }],
  ["tls://a", { servers: ["a:4222"], tls: {} }],
])("%s", (url, expected) => {
  expect(readNatsUrl(url)).toEqual(expected);
});

test.each(["", "http://a", "a:4222", "nats://", "nats://a,", "nats://user:secret@", "wss://user:secret@a"])(
  "%j is refused without showing its text",
  (url) => {
    expect(() => readNatsUrl(url)).toThrow(TypeError);
    expect(() => readNatsUrl(url)).not.toThrow(/secret/);
  },
);
