import type { types } from "mediasoup";
import { describe, expect, test } from "vitest";
import { iceCandidates, isLoopback, listenInfos, withOwnAddresses } from "./ice-candidates.ts";

const listensOn = (announced: string[], port = 10_000) =>
  listenInfos(announced, port).map(({ protocol, ip, announcedAddress, port }) =>
    [protocol, ip, announcedAddress, port].join(" "),
  );

describe("A worker listens", () => {
  test("on UDP and TCP, and prefers UDP", () => {
    expect(listensOn(["192.0.2.1"])).toEqual(["udp 0.0.0.0 192.0.2.1 10000", "tcp 0.0.0.0 192.0.2.1 10000"]);
  });

  test("on IPv6 alone where only IPv6 is announced", () => {
    expect(listensOn(["2001:db8::1"], 10_001)).toEqual(["udp :: 2001:db8::1 10001", "tcp :: 2001:db8::1 10001"]);
  });

  test("on both, with each family's first address; on IPv6 for IPv6 alone, so that they can share a port", () => {
    const infos = listenInfos(["host.example", "2001:db8::1", "192.0.2.1", "2001:db8::2"], 10_000);
    const listened = infos.map(({ protocol, ip, announcedAddress, flags }) =>
      [protocol, ip, announcedAddress, flags?.ipv6Only === true].join(" "),
    );
    expect(listened).toEqual([
      "udp 0.0.0.0 host.example false",
      "udp :: 2001:db8::1 true",
      "tcp 0.0.0.0 host.example false",
      "tcp :: 2001:db8::1 true",
    ]);
  });

  test("on any free port when the port is 0", () => {
    expect(listensOn(["192.0.2.1"], 0)).toEqual(["udp 0.0.0.0 192.0.2.1 0", "tcp 0.0.0.0 192.0.2.1 0"]);
  });
});

describe("Where addresses of the machine itself are announced", () => {
  test("a worker listens at each of them, too, for UDP, and its sockets share the port", () => {
    const infos = withOwnAddresses(["host.example", "127.0.0.1", "::1"], ["127.0.0.1", "::1"], 10_000);
    const listened = infos.map(({ protocol, ip, announcedAddress, port, flags }) =>
      [protocol, ip, announcedAddress ?? "-", port, flags?.udpReusePort === true, flags?.ipv6Only === true].join(" "),
    );
    expect(listened).toEqual([
      "udp 0.0.0.0 host.example 10000 true false",
      "udp :: ::1 10000 true true",
      "tcp 0.0.0.0 host.example 10000 false false",
      "tcp :: ::1 10000 false true",
      "udp 127.0.0.1 - 10000 true false",
      "udp ::1 - 10000 true false",
    ]);
  });

  test("loopback is recognised in every notation, and nothing else is", () => {
    const all = ["127.0.0.1", "127.8.0.1", "::1", "0:0:0:0:0:0:0:1", "192.0.2.1", "2001:db8::1", "127.example", "::2"];
    expect(all.filter(isLoopback)).toEqual(all.slice(0, 4));
  });
});

const given = (address: string, protocol: "udp" | "tcp", priority: number): types.IceCandidate => ({
  foundation: `${protocol}candidate`,
  priority,
  ip: address,
  address,
  protocol,
  port: 10_000,
  type: "host",
  ...(protocol === "tcp" && { tcpType: "passive" }),
});

describe("A transport's candidates", () => {
  test("are those of the worker where one address is announced", () => {
    const ofWorker = [given("192.0.2.1", "udp", 1_076_558_079), given("192.0.2.1", "tcp", 1_076_302_079)];
    expect(iceCandidates(["192.0.2.1"], ofWorker)).toEqual(ofWorker);
  });

  test("of loopback addresses are not repeated", () => {
    const ofWorker = [
      given("127.0.0.1", "udp", 1_076_558_079),
      given("127.0.0.1", "tcp", 1_076_302_079),
      given("127.0.0.1", "udp", 1_076_276_479),
    ];
    expect(iceCandidates(["127.0.0.1"], ofWorker)).toEqual(ofWorker.slice(0, 2));
  });

  const announced = ["192.0.2.1", "2001:db8::1", "host.example", "2001:db8::2"];
  const all = iceCandidates(announced, [
    given("192.0.2.1", "udp", 1_076_558_079),
    given("192.0.2.1", "tcp", 1_076_302_079),
    given("2001:db8::1", "udp", 1_076_557_823),
  ]);

  test("are repeated for each address of their family, and differ in nothing else", () => {
    expect(all.map(({ address, protocol }) => `${address} ${protocol}`)).toEqual([
      "192.0.2.1 udp",
      "host.example udp",
      "192.0.2.1 tcp",
      "host.example tcp",
      "2001:db8::1 udp",
      "2001:db8::2 udp",
    ]);
    for (const { ip, address, port, type, protocol, tcpType } of all) {
      expect(ip).toBe(address);
      expect({ port, type }).toEqual({ port: 10_000, type: "host" });
      expect(tcpType).toBe(protocol === "tcp" ? "passive" : undefined);
    }
  });

  test("have a foundation of their own for each address and protocol (RFC 8445, 5.1.1.3)", () => {
    const ipv4 = all.filter(({ address }) => !address.includes(":"));
    expect(new Set(ipv4.map(({ foundation }) => foundation)).size).toBe(ipv4.length);
  });

  test("have priorities that fall with the order in which addresses are announced, UDP before TCP", () => {
    const priorityOf = (wanted: string) =>
      all.find(({ address, protocol }) => `${address} ${protocol}` === wanted)?.priority ?? 0;
    const falling = ["192.0.2.1 udp", "host.example udp", "192.0.2.1 tcp", "host.example tcp"].map(priorityOf);
    expect(falling).toEqual(falling.toSorted((one, other) => other - one));
    expect(new Set(falling).size).toBe(falling.length);
    expect(priorityOf("2001:db8::1 udp")).toBeGreaterThan(priorityOf("2001:db8::2 udp"));
    for (const { priority } of all) expect(priority).toBeGreaterThan(0);
  });

  test("are none when the worker has none", () => {
    expect(iceCandidates(announced, [])).toEqual([]);
  });
});
