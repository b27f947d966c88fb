import { expect, test } from "vitest";
import { BitrateSurvey } from "./bitrate-survey.ts";

/** Transports that answer in the next turn of the event loop, and what they were asked. */
function transportsOf(count: number) {
  const asked: number[] = [];
  const load = { now: 0, most: 0 };
  const transports = Array.from({ length: count }, (_none, index) => ({
    async getStats() {
      asked.push(index);
      load.most = Math.max(load.most, ++load.now);
      await new Promise((resolve) => setImmediate(resolve));
      load.now--;
      return [{ recvBitrate: 100, sendBitrate: index }];
    },
  }));
  return { transports, asked, load };
}

test("up to the limit all transports are asked, a few at a time", async () => {
  const { transports, asked, load } = transportsOf(10);
  const survey = new BitrateSurvey(() => transports, { asked: 10, atOnce: 3 });
  expect(await survey.measure()).toEqual({ received: 1_000, sent: 45 });
  expect(asked.toSorted((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  expect(load.most).toBe(3);
});

test("beyond it each answer costs the same, in turns, and those not yet asked count as the average", async () => {
  const { transports, asked } = transportsOf(10);
  const survey = new BitrateSurvey(() => transports, { asked: 4, atOnce: 2 });
  expect(await survey.measure()).toEqual({ received: 1_000, sent: 15 });
  expect(asked.splice(0)).toEqual([0, 1, 2, 3]);
  expect(await survey.measure()).toEqual({ received: 1_000, sent: 35 });
  expect(asked.splice(0)).toEqual([4, 5, 6, 7]);
  expect(await survey.measure()).toEqual({ received: 1_000, sent: 45 });
  expect(asked.splice(0)).toEqual([8, 9, 0, 1]);
  await survey.measure();
  expect(asked).toEqual([2, 3, 4, 5]);
});

test("those who ask at the same time share one answer", async () => {
  const { transports, asked } = transportsOf(5);
  const survey = new BitrateSurvey(() => transports);
  const [one, two] = await Promise.all([survey.measure(), survey.measure()]);
  expect(two).toEqual(one);
  expect(asked).toHaveLength(5);
});

test("transports that are gone, or close while they are asked, are left out", async () => {
  const { transports } = transportsOf(4);
  const closing = { getStats: () => Promise.reject(new Error("closed")) };
  let present: readonly (typeof transports)[number][] | (typeof closing)[] = transports;
  const survey = new BitrateSurvey(() => present);
  await survey.measure();
  present = transports.slice(0, 2);
  expect(await survey.measure()).toEqual({ received: 200, sent: 1 });
  present = [closing];
  expect(await survey.measure()).toEqual({ received: 0, sent: 0 });
  present = [];
  expect(await survey.measure()).toEqual({ received: 0, sent: 0 });
});
