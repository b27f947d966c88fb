import type { Browser } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { Caller } from "./caller.ts";
import type { Platform } from "./platform.ts";

type Launch = () => Promise<Browser>;

/** The browser of who starts a call, and that of who joins it. Default: the same one. */
export type Browsers = readonly [first: Launch, second?: Launch];

/** Starts a platform and browsers that the tests of a file or a block share. */
export function shareCallers(start: () => Promise<Platform>, [launchFirst, launchSecond]: Browsers) {
  let platform: Platform;
  let first: Browser;
  let second: Browser;
  beforeAll(async () => {
    platform = await start();
    first = await launchFirst();
    second = launchSecond ? await launchSecond() : first;
  });
  afterAll(async () => {
    await second?.close();
    if (first !== second) await first?.close();
    await platform?.[Symbol.asyncDispose]();
  });
  return {
    shared: () => ({ platform, first, second }),

    /** Two people in a call who see each other. */
    twoCallers: async () => {
      const alice = await Caller.at(first, platform.front.url);
      const link = await alice.startsCall();
      const bob = await Caller.at(second, "about:blank");
      await bob.joins(link);
      await Promise.all([alice.seesFrames(), bob.seesFrames()]);
      return { alice, bob, callId: link.split("/").at(-1) ?? "" };
    },

    close: (...callers: Caller[]) => Promise.all(callers.map(({ page }) => page.context().close())),
  };
}

export type Callers = ReturnType<typeof shareCallers>;
