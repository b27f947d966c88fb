import { join } from "node:path";
import process from "node:process";
import { expect, test } from "vitest";
import { startStandalone, temporaryDirectory } from "./testing/platform.ts";

test("requests are counted by the API's routes, though the page has one for every path", async () => {
  await using directory = await temporaryDirectory();
  await using platform = await startStandalone(join(directory.path, "data"));
  await fetch(`${platform.url}/api/v1/projects/nobodys/calls`);
  await fetch(`${platform.url}/api/v1/nothing`);
  const metrics = await (await fetch(`${platform.url}/metrics`)).text();
  expect(metrics).toContain('method="GET",route="/api/v1/projects/:projectId/calls",status="4xx"');
  expect(metrics).toContain('method="GET",route="unmatched",status="4xx"');
});

test("a second process on the same data says what to do", async () => {
  await using directory = await temporaryDirectory();
  const data = join(directory.path, "data");
  await using _first = await startStandalone(data);
  await expect(startStandalone(data)).rejects.toThrow(/in use by process \d+\. Stop that process/);
});

// Elsewhere the loopback network has one address.
if (process.platform === "linux")
  test("the page gets its tokens whatever address is listened at", async () => {
    await using directory = await temporaryDirectory();
    await using platform = await startStandalone(join(directory.path, "data"), { HOST: "127.0.0.2" });
    const started = await fetch(`${platform.url}/web/calls`, { method: "POST" });
    expect(await started.json()).toMatchObject({ callToken: expect.stringMatching(/^ct_/) });
  });
