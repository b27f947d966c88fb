import { createLogger } from "@radist-tech/runtime";
import { describe, expect, test } from "vitest";
import { AnnouncedAddresses } from "./announced-addresses.ts";

const logger = createLogger({ name: "test", level: "silent" });

describe("Without configuration, what the machine has is announced", () => {
  test("loopback first; no link-local address, which nobody could use", async () => {
    const own = () => ["192.0.2.5", "127.0.0.1", "fe80::1", "FEBF::2", "2001:db8::5", "::1"];
    using addresses = await AnnouncedAddresses.open({ configured: undefined, logger, own });
    expect(addresses.current).toEqual(["127.0.0.1", "::1", "192.0.2.5", "2001:db8::5"]);
    expect(addresses.bindable).toEqual(addresses.current);
  });

  test("and followed when the machine changes its network", async () => {
    let own = ["127.0.0.1", "192.0.2.5"];
    using addresses = await AnnouncedAddresses.open({ configured: undefined, logger, own: () => own });
    own = ["127.0.0.1", "198.51.100.9"];
    await addresses.refresh();
    expect(addresses.current).toEqual(own);
  });

  test("really", async () => {
    using addresses = await AnnouncedAddresses.open({ configured: undefined, logger });
    expect(addresses.current).toContain("127.0.0.1");
  });
});

describe("Configured host names", () => {
  const own = () => ["192.0.2.5"];

  test("are announced as their addresses, in place, each address once", async () => {
    const resolve = async () => ["192.0.2.5", "2001:db8::5"];
    const configured = ["203.0.113.1", "media.example", "192.0.2.5"];
    using addresses = await AnnouncedAddresses.open({ configured, logger, own, resolve });
    expect(addresses.current).toEqual(["203.0.113.1", "192.0.2.5", "2001:db8::5"]);
    expect(addresses.bindable).toEqual(["192.0.2.5"]);
  });

  test("are resolved again, and keep their addresses while that fails", async () => {
    const answers = [() => ["192.0.2.1"], () => ["192.0.2.2"], refuse, () => ["192.0.2.3"]];
    const resolve = async () => (answers.shift() ?? refuse)();
    using addresses = await AnnouncedAddresses.open({ configured: ["media.example"], logger, own, resolve });
    const seen = [addresses.current];
    while (answers.length > 0) {
      await addresses.refresh();
      seen.push(addresses.current);
    }
    expect(seen.flat()).toEqual(["192.0.2.1", "192.0.2.2", "192.0.2.2", "192.0.2.3"]);
  });

  test("are announced as they stand when nobody resolves them, or nobody answers", async () => {
    const configured = ["media.example"];
    for (const resolve of [async () => refuse(), () => new Promise<never>(() => {})]) {
      using addresses = await AnnouncedAddresses.open({ configured, logger, own, resolve });
      expect(addresses.current).toEqual(configured);
    }
  });
});

function refuse(): never {
  throw new Error("getaddrinfo ENOTFOUND");
}
