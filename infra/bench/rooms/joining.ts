import { launchBrowser } from "@radist-tech/testkit";
import { quantile } from "../figures.ts";
import { measurePairs } from "../pairs.ts";
import { STAGES, type Times } from "./page/stopwatch.ts";
import { servePage } from "./pages.ts";
import { bareRooms, type RoomServer, sfuNode } from "./servers.ts";

const JOINS = 25;
/** Of the slower ones, p95; milliseconds. */
const GOAL_MS = 100;

type Browser = Awaited<ReturnType<typeof launchBrowser>>;

/** From a click to the first picture, in Chromium: the SDK and the sfu beside a bare page and a bare server. */
export async function joining(worker: string): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const [sfu, bare] = [stack.use(await sfuNode(worker)), stack.use(await bareRooms(worker))];
  const browser = stack.adopt(await launchBrowser(), (each) => each.close());
  const ours = await published(stack, browser, "ours", sfu);
  const limit = await published(stack, browser, "bare", bare);
  await measurePairs(ours, limit, 1);
  const pairs = await measurePairs(ours, limit, JOINS);
  const [own, other] = [pairs.map((pair) => pair.ours), pairs.map((pair) => pair.limit)];
  console.log(`Join to first picture, ms, p50 / p95 of ${JOINS} (${browser.version()})`);
  for (const [index, stage] of STAGES.entries()) {
    const before = STAGES[index - 1];
    const spent = (times: Times) => times[stage] - (before ? times[before] : 0);
    console.log(`  ${stage.padEnd(9)} ${quantiles(own.map(spent))}, ${bare.name} ${quantiles(other.map(spent))}`);
  }
  const [all, allBare] = [own, other].map((each) => each.map(({ frame }) => frame)) as [number[], number[]];
  const later = quantile(all, 0.95) - quantile(allBare, 0.95);
  const verdict = later <= GOAL_MS ? "met" : "missed";
  console.log(`  in all    ${quantiles(all)}, ${bare.name} ${quantiles(allBare)}`);
  console.log(`  p95 ${later.toFixed(0)} ms later than ${bare.name}; goal: at most ${GOAL_MS}, ${verdict}`);
}

/** Opens a page that publishes; each call of what it returns is another page that joins it. */
async function published(
  stack: AsyncDisposableStack,
  browser: Browser,
  side: "ours" | "bare",
  server: RoomServer,
): Promise<() => Promise<Times>> {
  const { url } = stack.use(await servePage(side, await server.newRoom()));
  const publisher = await open(browser, url);
  const producerId = await publisher.evaluate(() => window.user.publish());
  return async () => {
    const page = await open(browser, url);
    const times = await page.evaluate((id) => window.user.join(id), producerId);
    await page.close();
    return times;
  };
}

async function open(browser: Browser, url: string) {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.user !== undefined);
  return page;
}

const quantiles = (values: readonly number[]): string =>
  [0.5, 0.95].map((part) => quantile(values, part).toFixed(0)).join(" / ");
