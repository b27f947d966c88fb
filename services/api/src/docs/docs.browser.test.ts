import { launchBrowser } from "@radist-tech/testkit";
import { expect, test } from "vitest";
import { startApi } from "../testing/start-api.ts";

test("the reference can be read in a browser, and everything that it loads is the API's own", async () => {
  await using api = await startApi({ databaseUrl: "pglite:memory" });
  await using browser = await launchBrowser();
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("request", (request) => {
    if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(api.url)) problems.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error") problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(error.message));
  await page.goto(`${api.url}/api/v1/docs`);
  await page.getByText("Create a call with a token for each of its two seats").click();
  await page.getByText("Connection limit reached.").first().waitFor();
  expect(problems).toEqual([]);
});
