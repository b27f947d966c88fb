import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import { addressBlocks, clientAddress } from "./client-address.ts";

/** What a real request with these headers says about its sender. */
async function addressOf(trustedProxies: number, headers: Record<string, string>): Promise<string> {
  await using server = createServer((request, response) => response.end(clientAddress(request, trustedProxies)));
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  return (await fetch(`http://127.0.0.1:${port}/`, { headers: { ...headers, connection: "close" } })).text();
}

describe("the client's address", () => {
  test.each([
    ["without a proxy is the socket's", 0, {}, "127.0.0.1"],
    ["without a proxy is not what the client claims", 0, { "x-forwarded-for": "9.9.9.9" }, "127.0.0.1"],
    ["behind a proxy is what the proxy saw", 1, { "x-forwarded-for": "203.0.113.7" }, "203.0.113.7"],
    ["is not what the client wrote before", 1, { "x-forwarded-for": "9.9.9.9, 203.0.113.7" }, "203.0.113.7"],
    [
      "behind two proxies is the last but one",
      2,
      { "x-forwarded-for": "9.9.9.9, 203.0.113.7, 10.0.0.1" },
      "203.0.113.7",
    ],
    ["is the socket's when the proxy said nothing", 1, {}, "127.0.0.1"],
    ["is the socket's when there are fewer entries than proxies", 2, { "x-forwarded-for": "203.0.113.7" }, "127.0.0.1"],
    ["is the socket's when the entry is empty", 1, { "x-forwarded-for": "9.9.9.9, " }, "127.0.0.1"],
    ["may be of IPv6", 1, { "x-forwarded-for": "2001:db8::7" }, "2001:db8::7"],
    ["comes without its port", 1, { "x-forwarded-for": "203.0.113.7:4711" }, "203.0.113.7"],
    ["comes without its port, of IPv6, too", 1, { "x-forwarded-for": "[2001:db8::7]:4711" }, "2001:db8::7"],
    ["comes without brackets", 1, { "x-forwarded-for": "[2001:db8::7]" }, "2001:db8::7"],
    ["is the socket's when the entry is no address", 1, { "x-forwarded-for": "unknown" }, "127.0.0.1"],
  ])("%s", async (_what, proxies, headers, address) => {
    expect(await addressOf(proxies, headers)).toBe(address);
  });
});

describe("what is limited together", () => {
  test.each([
    ["203.0.113.7", "203.0.113.7"],
    ["::ffff:203.0.113.7", "203.0.113.7"],
    ["::FFFF:203.0.113.7", "203.0.113.7"],
    ["::ffff:cb00:7107", "203.0.113.7"],
    ["0:0:0:0:0:ffff:203.0.113.7", "203.0.113.7"],
    ["64:ff9b::203.0.113.7", "203.0.113.7"],
    ["unknown", "unknown"],
    ["this process", "this process"],
  ])("%s counts as %s", (address, block) => expect(addressBlocks(address)).toEqual({ block }));

  test.each([
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["2001:0db8:0001:0002:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["2001:DB8:1:2::", "2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["2001:db8::1", "2001:db8:0:0::/64", "2001:db8:0::/48"],
    ["2001:db8:0:0:1::", "2001:db8:0:0::/64", "2001:db8:0::/48"],
    ["2001:db8:0000:0000::9", "2001:db8:0:0::/64", "2001:db8:0::/48"],
    ["::1", "0:0:0:0::/64", "0:0:0::/48"],
    ["::", "0:0:0:0::/64", "0:0:0::/48"],
    ["1::", "1:0:0:0::/64", "1:0:0::/48"],
    ["::2:3:4:5:6:7:8", "0:2:3:4::/64", "0:2:3::/48"],
    ["2001:db8:1:2::203.0.113.7", "2001:db8:1:2::/64", "2001:db8:1::/48"],
    ["64:ff9b:1::203.0.113.7", "64:ff9b:1:0::/64", "64:ff9b:1::/48"],
    ["fe80::1%eth0", "fe80:0:0:0::/64", "fe80:0:0::/48"],
  ])("%s counts as %s and %s", (address, block, site) => expect(addressBlocks(address)).toEqual({ block, site }));
});
