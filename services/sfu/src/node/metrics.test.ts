import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { createMetrics } from "./metrics.ts";

test("one scrape takes one census, and the next one takes another", async () => {
  const registry = new Registry();
  let taken = 0;
  createMetrics(
    registry,
    () => {
      taken++;
      return { rooms: taken, peers: 2, sockets: 3, transports: 4, producers: 5, consumers: 6 };
    },
    { cpu: async () => new Map(), bitrate: async () => ({ received: 7, sent: 8 }) },
  );
  for (const scrape of [1, 2]) {
    // Each scrape is a request of its own.
    await new Promise((resolve) => setImmediate(resolve));
    const text = await registry.metrics();
    expect(taken).toBe(scrape);
    for (const line of [`rooms ${scrape}`, "peers 2", "sockets 3", "transports 4", "producers 5", "consumers 6"]) {
      expect(text).toContain(`\nradist_sfu_${line}\n`);
    }
  }
});
