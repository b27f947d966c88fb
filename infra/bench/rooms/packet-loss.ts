import { pause } from "@radist-tech/protocol/timing";
import { launchBrowser } from "@radist-tech/testkit";
import { measurePairs, printRatio } from "../pairs.ts";
import { openLossyPath } from "./lossy-path.ts";
import type { Heard } from "./page/voice.ts";
import { servePage } from "./pages.ts";
import { sfuNode } from "./servers.ts";

/** A mobile network on a bad day. */
const PATH = { loss: 0.1, delayMs: 75 };
const SETTLE_MS = 3_000;
const LISTEN_MS = 12_000;
const GOAL = { atMost: 0.5 };

/** What a listener's browser makes up of a voice that loses packets: in RED, beside Opus with in-band FEC alone. */
export async function packetLoss(worker: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const sfu = stack.use(await sfuNode(worker));
  const path = stack.use(await openLossyPath({ ...PATH, ...sfu.media }));
  const { url } = stack.use(await servePage("voice", await sfu.newRoom()));
  const browser = stack.adopt(await launchBrowser(), (each) => each.close());
  const open = async () => {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction(() => window.voice !== undefined);
    return page;
  };
  await (await open()).evaluate(() => window.voice.speak());

  const madeUp = async (redundantAudio: boolean): Promise<number> => {
    const page = await open();
    await page.evaluate(([port, isOn]) => window.voice.listen(port, isOn), [path.port, redundantAudio] as const);
    await page.waitForFunction(async () => (await window.voice.heard()).samples > 0);
    await pause(SETTLE_MS);
    const before = await page.evaluate(() => window.voice.heard());
    await pause(LISTEN_MS);
    const after = await page.evaluate(() => window.voice.heard());
    await page.close();
    return share(before, after);
  };
  const pairs = await measurePairs(
    () => madeUp(true),
    () => madeUp(false),
  );
  const lost = `${PATH.loss * 100} % lost, ${2 * PATH.delayMs} ms there and back`;
  printRatio(`Voice made up, of a million samples (${lost})`, "Opus alone", pairs, GOAL);
}

const share = (before: Heard, after: Heard): number =>
  (1e6 * (after.concealed - before.concealed)) / (after.samples - before.samples);
