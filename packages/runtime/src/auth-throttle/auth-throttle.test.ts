import { Refusal } from "@radist-tech/protocol";
import { pause } from "@radist-tech/protocol/timing";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { AuthThrottle } from "./auth-throttle.ts";
import { type AuthSettings, authConfig } from "./config.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const SETTINGS: AuthSettings = {
  AUTH_FREE_FAILURES: 1,
  AUTH_FIRST_DELAY_MS: 1_000,
  AUTH_MAX_DELAY_MS: 1_000,
  AUTH_MAX_WAITING_PER_ADDRESS: 2,
  AUTH_MAX_WAITING: 3,
};

/** A door that knows some words, and how often each way of knowing them was asked. */
function door(...words: string[]) {
  const known = new Set(words);
  const asked = { screened: 0, verified: 0 };
  const wrong = () => new Refusal("invalid_token");
  const throttle = new AuthThrottle<string>(SETTINGS, async (batch) => {
    asked.screened++;
    return batch.map((word) => (known.has(word) ? undefined : wrong()));
  });
  const tell = async (word: string, address = "192.0.2.1", signal?: AbortSignal): Promise<string> => {
    const verify = async (): Promise<string> => {
      asked.verified++;
      if (!known.has(word)) throw wrong();
      return "in";
    };
    try {
      return await throttle.attempt(address, { credential: word, digest: word }, verify, signal);
    } catch (error) {
      return (error as Refusal).code;
    }
  };
  const open = async (word: string): Promise<string> => {
    const outcome = tell(word);
    await vi.advanceTimersByTimeAsync(0);
    return Promise.race([outcome, Promise.resolve("waits")]);
  };
  return { throttle, known, asked, tell, open };
}

/** Fails so often that whoever comes next has to wait. */
async function annoy({ tell }: ReturnType<typeof door>, address?: string): Promise<void> {
  for (let i = 0; i < 2; i++) await tell("wrong", address);
}

/** As many attempts as may be screened without having waited, of one address. */
const SHARE = 1_000;

/** Many wrong attempts at once. */
const flood = (front: ReturnType<typeof door>, address: string, count = SHARE): Promise<string[]> =>
  Promise.all(Array.from({ length: count }, () => front.tell("wrong", address)));

test("the first failures are free; what follows waits before anything is asked", async () => {
  const front = door();
  expect([await front.open("no"), await front.open("no"), await front.open("no")]).toEqual([
    "invalid_token",
    "invalid_token",
    "waits",
  ]);
  await vi.advanceTimersByTimeAsync(999);
  expect(front.asked).toEqual({ screened: 0, verified: 2 });
});

test("of many attempts at once, those beyond the free ones are screened together, without a delay", async () => {
  const front = door("right");
  const outcomes = Promise.all([flood(front, "192.0.2.1", 20), front.tell("right"), front.tell("wrong", "192.0.2.2")]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await outcomes).toEqual([Array(20).fill("invalid_token"), "in", "invalid_token"]);
  expect(front.asked).toEqual({ screened: 1, verified: 1 + 1 + 1 });
  // All of them were failures.
  expect(await front.open("wrong")).toBe("waits");
});

test("a crowd that comes at once from an address without failures is in, whatever its size", async () => {
  const front = door("right");
  const crowd = Promise.all(Array.from({ length: 6 * SHARE }, () => front.tell("right")));
  await vi.advanceTimersByTimeAsync(600);
  expect(new Set(await crowd)).toEqual(new Set(["in"]));
});

test("what waited is screened together; only what may work is verified", async () => {
  const front = door("right");
  await annoy(front);
  const outcomes = Promise.all([front.tell("wrong"), front.tell("right"), front.tell("wrong", "192.0.2.2")]);
  await vi.advanceTimersByTimeAsync(1_100);
  expect(await outcomes).toEqual(["invalid_token", "in", "invalid_token"]);
  // The neighbour's was verified at once.
  expect(front.asked).toEqual({ screened: 1, verified: 2 + 1 + 1 });
});

test("beyond the number that may wait nothing is delayed, what is wrong is told to come later, and what works is in", async () => {
  const front = door("right");
  await annoy(front);
  const waiting = [front.tell("wrong"), front.tell("wrong")];
  const beyond = Promise.all([front.tell("wrong"), front.tell("right"), front.tell("wrong")]);
  await vi.advanceTimersByTimeAsync(100);
  expect(await beyond).toEqual(["too_many_failures", "in", "too_many_failures"]);
  expect(front.asked).toEqual({ screened: 1, verified: 3 });
  front.throttle.close();
  expect(await Promise.all(waiting)).toEqual(["invalid_token", "invalid_token"]);
});

test("all addresses together have a bound, too", async () => {
  const front = door();
  for (const address of ["192.0.2.1", "192.0.2.2"]) await annoy(front, address);
  const waiting = ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map((address) => front.tell("wrong", address));
  const beyond = front.tell("wrong", "192.0.2.2");
  await vi.advanceTimersByTimeAsync(100);
  expect(await beyond).toBe("too_many_failures");
  front.throttle.close();
  await Promise.all(waiting);
});

describe("among floods, what works is in", () => {
  const others = ["192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.5", "192.0.2.6"];

  test("when it has waited, whatever else is to be screened, and before that", async () => {
    const front = door("right");
    for (const address of ["192.0.2.1", ...others]) await annoy(front, address);
    let isIn = false;
    const right = front.tell("right").then((outcome) => {
      isIn = outcome === "in";
    });
    const waiting = [front.tell("wrong"), front.tell("wrong", "192.0.2.2")];
    await vi.advanceTimersByTimeAsync(950);
    const floods = Promise.all(others.map((address) => flood(front, address, SHARE + 1)));
    await vi.advanceTimersByTimeAsync(100);
    expect([isIn, front.asked.screened]).toEqual([true, 1]);
    front.throttle.close();
    await Promise.all([right, ...waiting, floods]);
  });

  test("when there is no room to wait, and the flood is of another address", async () => {
    const front = door("right");
    for (const address of ["192.0.2.1", ...others]) await annoy(front, address);
    const waiting = Array.from({ length: 3 }, (_, index) => front.tell("wrong", others[index]));
    const floods = flood(front, "192.0.2.2", 10 * SHARE);
    const honest = front.tell("right");
    await vi.advanceTimersByTimeAsync(500);
    expect(await honest).toBe("in");
    front.throttle.close();
    await Promise.all([...waiting, floods]);
  });
});

test("what is refused unseen is no failure", async () => {
  const settings = { ...SETTINGS, AUTH_MAX_DELAY_MS: 60_000, AUTH_MAX_WAITING: 0 };
  const throttle = new AuthThrottle<string>(settings, async (batch) => batch.map(() => new Refusal("invalid_token")));
  const refused = (): Promise<unknown> =>
    throttle.attempt("192.0.2.1", { credential: "no", digest: "no" }, () =>
      Promise.reject(new Refusal("invalid_token")),
    );
  for (let i = 0; i < 2; i++) await expect(refused()).rejects.toThrow();
  const filling = Promise.allSettled(Array.from({ length: 5 * SHARE }, refused));
  // Each failure would double it.
  for (let i = 0; i < 3; i++) await expect(refused()).rejects.toMatchObject({ retryAfterSeconds: 1 });
  throttle.close();
  await filling;
});

test("nothing is asked about who gives up while waiting", async () => {
  const front = door("right");
  await annoy(front);
  const gone = new AbortController();
  const outcome = front.tell("wrong", "192.0.2.1", gone.signal);
  gone.abort();
  await vi.advanceTimersByTimeAsync(1_000);
  await outcome;
  expect(front.asked.screened).toBe(0);
});

describe("what worked lately", () => {
  test("passes at once", async () => {
    const front = door("right");
    expect(await front.open("right")).toBe("in");
    await annoy(front);
    expect([await front.open("right"), await front.open("other")]).toEqual(["in", "waits"]);
  });

  test("is forgotten when it fails", async () => {
    const front = door("right");
    await front.open("right");
    await annoy(front);
    front.known.clear();
    expect([await front.open("right"), await front.open("right")]).toEqual(["invalid_token", "waits"]);
  });

  test("is forgotten after ten minutes", async () => {
    const front = door("right");
    await front.open("right");
    await vi.advanceTimersByTimeAsync(600_000);
    await annoy(front);
    expect(await front.open("right")).toBe("waits");
  });
});

test("a refusal that does not concern the credential is no failure", async () => {
  const front = door();
  const full = () => Promise.reject(new Refusal("call_full"));
  for (let i = 0; i < 5; i++) {
    await expect(front.throttle.attempt("192.0.2.1", { credential: "a", digest: "a" }, full)).rejects.toThrow();
  }
  expect(await front.open("no")).toBe("invalid_token");
});

test("what is wrong by its form counts and waits alike, and nothing is asked about it", async () => {
  const front = door();
  const refuse = (): Promise<string> =>
    front.throttle.refuse("192.0.2.1", new Refusal("unauthorized")).catch((error: Refusal) => error.code);
  expect([await refuse(), await refuse()]).toEqual(["unauthorized", "unauthorized"]);
  const waiting = Promise.all([refuse(), refuse()]);
  expect(await refuse()).toBe("too_many_failures");
  expect(await front.open("no")).toBe("waits");
  await vi.advanceTimersByTimeAsync(1_000);
  expect(await waiting).toEqual(["unauthorized", "unauthorized"]);
  expect(front.asked.verified).toBe(0);
});

test("with the defaults, a working credential is in within two seconds, although each query takes 100 ms", async () => {
  const defaults = z.object(authConfig).parse({});
  const throttle = new AuthThrottle<string>(defaults, async (batch) => {
    await pause(100);
    return batch.map((word) => (word === "right" ? undefined : new Refusal("invalid_token")));
  });
  const address = "192.0.2.1";
  const refused = () => throttle.refuse(address, new Refusal("unauthorized"));
  const failing = Promise.allSettled(Array.from({ length: 30 }, refused));
  const attempt = (word: string) =>
    throttle.attempt(address, { credential: word, digest: word }, async () => void (await pause(100)));
  // The query that finds it wrong has just begun when the other one has waited.
  const unlucky = Promise.allSettled([attempt("wrong")]);
  await vi.advanceTimersByTimeAsync(101);
  let isIn = false;
  const working = attempt("right").then(() => {
    isIn = true;
  });
  await vi.advanceTimersByTimeAsync(2_000);
  expect(isIn).toBe(true);
  await Promise.all([failing, unlucky, working]);
});
