import process from "node:process";
import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect } from "vitest";
import { onePlatform, type Platform } from "./platform.ts";

let platform: Platform;
let browser: Browser;

/** Starts a platform and a browser that the tests of a file share. */
export function sharePlatform(): void {
  beforeAll(async () => {
    platform = await onePlatform();
    browser = await launchBrowser();
  });
  afterAll(async () => {
    await browser?.close();
    await platform?.[Symbol.asyncDispose]();
  });
}

export const shared = () => ({ platform, browser });

/** The processes of the media workers. */
export const mediaWorkers = (): number[] => platform.media.flatMap(({ children }) => children);

/** Resolves when the platform knows that this worker is gone. */
export async function killWorker(pid: number): Promise<void> {
  process.kill(pid, "SIGKILL");
  await expect.poll(() => mediaWorkers().includes(pid), { timeout: 60_000, interval: 200 }).toBe(false);
}
