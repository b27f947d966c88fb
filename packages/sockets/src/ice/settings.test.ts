import { InvalidConfig, readConfig } from "@radist-tech/runtime";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { iceSettings, withIceRules } from "./settings.ts";

const Settings = withIceRules(z.object(iceSettings));

/** The settings, or what is wrong with them. */
function read(env: Record<string, string>): z.infer<typeof Settings> | readonly string[] {
  try {
    return readConfig(Settings, env);
  } catch (error) {
    if (error instanceof InvalidConfig) return error.problems;
    throw error;
  }
}

test("Nothing is needed.", () => {
  expect(read({})).toEqual({
    STUN_URLS: [],
    TURN_URLS: [],
    TURN_SECRET: [],
    TURN_TTL_SECONDS: 21_600,
    ICE_SERVERS: [],
  });
});

describe("Read:", () => {
  test.each<[string, string, unknown]>([
    ["STUN_URLS", "stun:a.example.com", ["stun:a.example.com"]],
    [
      "STUN_URLS",
      " stun:a.example.com:3478 , stuns:[2001:db8::1]:5349",
      ["stun:a.example.com:3478", "stuns:[2001:db8::1]:5349"],
    ],
    ["TURN_SECRET", "one", ["one"]],
    ["TURN_SECRET", "new, old", ["new", "old"]],
    ["TURN_TTL_SECONDS", "2", 2],
    [
      "ICE_SERVERS",
      '[{"urls":"stun:a"},{"urls":["turn:b:1","turns:b?transport=tcp"],"username":"u","credential":"c"}]',
      [{ urls: "stun:a" }, { urls: ["turn:b:1", "turns:b?transport=tcp"], username: "u", credential: "c" }],
    ],
  ])("%s=%s", (name, text, value) => expect(read({ [name]: text })).toMatchObject({ [name]: value }));

  test.each([
    "turn:192.0.2.1",
    "turn:a.example.com:3478?transport=udp",
    "turn:a.example.com?transport=tcp",
    "turns:[2001:db8::1]:443?transport=tcp",
  ])("TURN_URLS=%s", (url) => expect(read({ TURN_URLS: url, TURN_SECRET: "s" })).toMatchObject({ TURN_URLS: [url] }));
});

describe("Refused, by name and without the value:", () => {
  test.each([
    ["STUN_URLS", "a.example.com"],
    ["STUN_URLS", "turn:a.example.com"],
    ["STUN_URLS", "stun:a.example.com?transport=udp"],
    ["STUN_URLS", "stun://a.example.com"],
    ["STUN_URLS", "stun:a.example.com,"],
    ["STUN_URLS", "stun:a.example.com:0"],
    ["STUN_URLS", "stun:a.example.com:65536"],
    ["STUN_URLS", "stun::3478"],
    ["STUN_URLS", `stun:${"a.".repeat(50_000)}`],
    ["TURN_URLS", "https://a.example.com"],
    ["TURN_URLS", "turn:a.example.com?transport=sctp"],
    ["TURN_URLS", "turn:a.example.com:port"],
    ["TURN_URLS", "turn:a b"],
    ["TURN_SECRET", "one,two,three"],
    ["TURN_SECRET", "one,"],
    ["TURN_TTL_SECONDS", "1"],
    ["TURN_TTL_SECONDS", "604801"],
    ["TURN_TTL_SECONDS", "6h"],
    ["ICE_SERVERS", "stun:a.example.com"],
    ["ICE_SERVERS", '{"urls":"stun:a"}'],
    ["ICE_SERVERS", '[{"urls":[]}]'],
    ["ICE_SERVERS", '[{"urls":"http://a"}]'],
    ["ICE_SERVERS", '[{"urls":"turn:a"}]'],
    ["ICE_SERVERS", '[{"urls":"turn:a","username":"u"}]'],
  ])("%s=%s", (name, value) => {
    const problems = read({ [name]: value, ...(name === "TURN_URLS" && { TURN_SECRET: "s" }) });
    expect(problems).toHaveLength(1);
    expect(problems).toEqual([expect.stringMatching(new RegExp(`^${name}`))]);
    expect(JSON.stringify(problems)).not.toContain(value);
  });
});

test("TURN servers need a secret, which is told beside whatever else is wrong.", () => {
  const problems = read({ TURN_URLS: "turn:a.example.com", STUN_URLS: "x" });
  expect(problems).toEqual([
    expect.stringMatching(/^STUN_URLS: /),
    expect.stringMatching(/^TURN_URLS needs TURN_SECRET/),
  ]);
  expect(read({ TURN_URLS: "turn:a.example.com" })).toHaveLength(1);
  expect(read({ TURN_SECRET: "s" })).toMatchObject({ TURN_URLS: [] });
});
