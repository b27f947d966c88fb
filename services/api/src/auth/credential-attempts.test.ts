import { lockTables } from "@radist-tech/db/testing";
import { newCallId, newPublicKey, newSecretKey } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import type { Answer } from "../testing/client.ts";
import { expectError } from "../testing/errors.ts";
import { startApi, type TestApi } from "../testing/start-api.ts";

const TRUSTED = { TRUSTED_PROXIES: 1 };

function fail(api: TestApi, address: string): Promise<Answer> {
  const asking = { bearer: newSecretKey(), headers: { "x-forwarded-for": address } };
  return api.client.ask("GET", "/projects", asking);
}

test("failures of one address wait longer and longer; a key that worked lately and other addresses do not", async () => {
  await using api = await startApi({ settings: { ...TRUSTED, AUTH_FREE_FAILURES: 1, AUTH_MAX_DELAY_MS: 60_000 } });
  const project = await api.client.project();
  await project.ask("GET", "/calls");
  const answered: string[] = [];
  const note = (name: string) => (answer: Answer) => void answered.push(`${name} ${answer.status}`);

  await fail(api, "192.0.2.1").then(note("free"));
  await fail(api, "192.0.2.1").then(note("free"));
  const startedAt = performance.now();
  await fail(api, "192.0.2.1").then(note("delayed"));
  expect(performance.now() - startedAt).toBeGreaterThan(90);

  // Each failure doubles the delay of the next: by now the delay is many seconds.
  const waiting = Promise.allSettled(Array.from({ length: 9 }, () => fail(api, "192.0.2.1").then(note("late"))));
  const headers = { "x-forwarded-for": "192.0.2.1" };
  await project.ask("GET", "/calls", { headers }).then(note("works"));
  await fail(api, "192.0.2.2").then(note("neighbour"));
  expect(answered.slice(0, 3)).toEqual(["free 401", "free 401", "delayed 401"]);
  expect(answered).toContain("works 200");
  expect(answered).toContain("neighbour 401");
  expect(answered.filter((name) => name.startsWith("late")).length).toBeLessThan(9);
  // Closing ends all delays.
  await api[Symbol.asyncDispose]();
  await waiting;
});

test("beyond the maximum number of delayed answers, the refusal is immediate and says when to retry", async () => {
  const limits = { AUTH_FREE_FAILURES: 0, AUTH_MAX_WAITING_PER_ADDRESS: 2, AUTH_MAX_WAITING: 3 };
  const delays = { AUTH_FIRST_DELAY_MS: 60_000, AUTH_MAX_DELAY_MS: 60_000 };
  await using api = await startApi({ settings: { ...TRUSTED, ...limits, ...delays } });
  const attempts: Promise<unknown>[] = [];
  const refusals = (addresses: string[], count: number): Promise<void> =>
    new Promise((resolve, reject) => {
      let left = count;
      const refused = (answer: Answer): void => {
        expectError(answer, 429, "Too many failed attempts. Try again later.", "too_many_failures");
        expect(answer.headers.get("retry-after")).toBe("60");
        if (--left === 0) resolve();
      };
      // Requests that are still delayed are cut off at the end of the test.
      for (const address of addresses) attempts.push(fail(api, address).then(refused).catch(reject));
    });
  const subscriber = Array.from({ length: 5 }, (_, host) => `2001:db8:1:2::${host}`);
  const neighbours = Array.from({ length: 8 }, (_, host) => `198.51.100.${host}`);
  for (const address of ["2001:db8:1:2::1", ...neighbours]) expect((await fail(api, address)).status).toBe(401);
  await refusals(subscriber, 3);
  await refusals(neighbours, 7);
  await api[Symbol.asyncDispose]();
  await Promise.all(attempts);
});

test("without a trusted proxy, X-Forwarded-For is ignored", async () => {
  const settings = { AUTH_FREE_FAILURES: 0, AUTH_MAX_WAITING_PER_ADDRESS: 0 };
  await using api = await startApi({ settings });
  const statuses = [];
  for (let i = 0; i < 3; i++) statuses.push((await fail(api, `192.0.2.${i}`)).status);
  expect(statuses).toEqual([401, 429, 429]);
});

test("no credential at all is no attempt", async () => {
  await using api = await startApi({ settings: { AUTH_FREE_FAILURES: 0, AUTH_MAX_WAITING_PER_ADDRESS: 0 } });
  expect((await api.client.ask("GET", "/projects")).status).toBe(401);
});

const NO_ROOM = {
  AUTH_FREE_FAILURES: 0,
  AUTH_FIRST_DELAY_MS: 60_000,
  AUTH_MAX_DELAY_MS: 60_000,
  AUTH_MAX_WAITING_PER_ADDRESS: 0,
};

test("wrong keys are looked up together, and one that works is admitted among them", async () => {
  await using api = await startApi({ settings: NO_ROOM });
  const project = await api.client.project();
  const wrong = () => project.ask("GET", "/calls", { bearer: newSecretKey() });
  expect((await wrong()).status).toBe(401);
  const mint = () => project.mint(newCallId(), { bearer: newPublicKey() });
  const floods = [
    [wrong, '"secret_keys"'],
    [mint, '"public_key"'],
  ] as const;
  for (const [ask, inQuery] of floods) {
    await using locked = await lockTables(api.connection, "secret_keys, projects");
    const flood = Array.from({ length: 30 }, ask);
    while ((await locked.waiting(inQuery)) === 0);
    // One query, although each request could have had a connection.
    expect(await locked.waiting(inQuery)).toBe(1);
    await locked[Symbol.asyncDispose]();
    await Promise.all(flood);
  }
  const flood = Array.from({ length: 30 }, wrong);
  expect((await project.ask("GET", "/calls")).status).toBe(200);
  for (const { status } of await Promise.all(flood)) expect(status).toBe(429);
});

test("a key that worked lately passes at once, although it was also tried for another project", async () => {
  const delays = { AUTH_FREE_FAILURES: 0, AUTH_FIRST_DELAY_MS: 600_000, AUTH_MAX_DELAY_MS: 600_000 };
  await using api = await startApi({ settings: delays });
  const [project, other] = [await api.client.project(), await api.client.project()];
  expect((await project.ask("GET", "/calls")).status).toBe(200);
  expect((await other.ask("GET", "/calls", { bearer: project.secretKey })).status).toBe(401);
  expect((await project.ask("GET", "/calls")).status).toBe(200);
});

test("a form that is wrong waits like a wrong key", async () => {
  await using api = await startApi({ settings: NO_ROOM });
  const statuses = [];
  for (const bearer of ["nonsense", "nonsense", "rad_sk_"]) {
    statuses.push((await api.client.ask("GET", "/projects", { bearer })).status);
  }
  expect(statuses).toEqual([401, 429, 429]);
});
