import { expect, test } from "vitest";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import { requestLog } from "../media.fixture.ts";
import { LevelReports } from "./level-reports.ts";

/** A page that listens, or not, to the levels of a platform that answers as the test says. */
function page(answer?: () => unknown) {
  const { requests, socket } = requestLog(answer);
  const failures: unknown[] = [];
  const reports = new LevelReports({ socket, failed: (error) => failures.push(error) });
  const asked = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    return requests.splice(0).map((request) => request.type === "set-audio-levels" && request.enabled);
  };
  return { reports, failures, asked };
}

test("nothing is asked for while nobody listens", async () => {
  const { reports, asked } = page();
  reports.joined();
  reports.joined();
  expect(await asked()).toEqual([]);
});

test("the first listener asks, the last one asks for the end, and each new socket asks again", async () => {
  const { reports, asked } = page();
  reports.joined();
  reports.set(true);
  expect(await asked()).toEqual([true]);
  reports.joined();
  expect(await asked()).toEqual([true]);
  reports.set(false);
  expect(await asked()).toEqual([false]);
  reports.joined();
  expect(await asked()).toEqual([]);
});

test("a listener before the join is told of with it", async () => {
  const { reports, asked } = page();
  reports.set(true);
  expect(await asked()).toEqual([]);
  reports.joined();
  expect(await asked()).toEqual([true]);
});

test("a lost connection is no failure, and what the platform refuses is", async () => {
  const refused = new RadistError("unsupported_message");
  for (const [error, expected] of [
    [new ConnectionLost(), []],
    [refused, [refused]],
  ] as const) {
    const { reports, failures, asked } = page(() => Promise.reject(error));
    reports.joined();
    reports.set(true);
    await asked();
    expect(failures).toEqual(expected);
  }
});
