import { launchBrowser } from "@radist-tech/testkit";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Caller } from "./testing/caller.ts";
import { ManInTheMiddle } from "./testing/man-in-the-middle.ts";
import { onePlatform, type Platform } from "./testing/platform.ts";

const WITHIN = { timeout: 60_000, interval: 200 };
const NUMBER = /^\d{5}( \d{5}){11}$/;

let platform: Platform;
let browser: Browser;

beforeAll(async () => {
  platform = await onePlatform();
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser.close();
  await platform[Symbol.asyncDispose]();
});

async function twoCallers(prepare: (alice: Caller, bob: Caller) => Promise<void> = async () => {}) {
  const alice = await Caller.at(browser, platform.front.url);
  const bob = await Caller.at(browser, "about:blank");
  await prepare(alice, bob);
  await bob.joins(await alice.startsCall());
  const close = async () => {
    await Promise.all([alice, bob].map(({ page }) => page.context().close()));
  };
  return { alice, bob, [Symbol.asyncDispose]: close };
}

describe("The safety number", () => {
  test("is the same on both sides, survives a reconnect, and changes visibly when one side reloads", async () => {
    await using callers = await twoCallers();
    const { alice, bob } = callers;
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    const number = await alice.readsSafetyNumber();
    expect(number).toMatch(NUMBER);
    expect(await bob.readsSafetyNumber()).toBe(number);

    await alice.page.evaluate(() => window.radist?.connection.reconnect());
    await alice.seesFrames();
    expect(await alice.readsSafetyNumber()).toBe(number);
    expect(await alice.page.getByTestId("notice-safety").count()).toBe(0);

    await bob.page.reload();
    await alice.page.getByTestId("notice-safety").waitFor();
    const next = await alice.readsSafetyNumber();
    expect(next).toMatch(NUMBER);
    expect(next).not.toBe(number);
    await expect.poll(() => bob.readsSafetyNumber(), WITHIN).toBe(next);
    await alice.page.getByTestId("notice-safety").waitFor({ state: "detached" });
  });

  test("differs on both sides when somebody in between swaps the certificates and passes everything on", async () => {
    const context = await browser.newContext();
    await using _closing = { [Symbol.asyncDispose]: () => context.close() };
    const mallory = await ManInTheMiddle.at(await context.newPage());
    await using callers = await twoCallers(async (alice, bob) => {
      await mallory.intercepts(alice.page, "caller");
      await mallory.intercepts(bob.page, "callee");
    });
    const { alice, bob } = callers;
    // They see, hear and write to each other, and notice nothing.
    await Promise.all([alice.seesFrames(), bob.seesFrames()]);
    await alice.writes("Is this line safe?");
    await bob.reads("Is this line safe?");
    const numbers = [await alice.readsSafetyNumber(), await bob.readsSafetyNumber()];
    for (const number of numbers) expect(number).toMatch(NUMBER);
    expect(numbers[0]).not.toBe(numbers[1]);
  });
});
