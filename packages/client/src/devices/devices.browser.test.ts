import { launchBrowser } from "@radist-tech/testkit";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { type BuildEnvironmentOptions, build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type * as Radist from "../index.ts";
import type { LocalDevices, LocalDevicesState } from "./local-devices.ts";

declare global {
  interface Window {
    readonly radist: typeof Radist;
    devices: LocalDevices;
  }
}

const PAGE = "http://localhost/";
/** The same, where the page's own policy forbids the camera. */
const WITHOUT_CAMERA = "http://localhost/without-camera";

let browser: Browser;
let scripts: ReadonlyMap<string, string>;
beforeAll(async () => {
  const lib: BuildEnvironmentOptions["lib"] = { entry: "src/index.ts", formats: ["es"], fileName: "radist" };
  const root = new URL("../..", import.meta.url).pathname;
  const built = await build({ configFile: false, root, logLevel: "warn", build: { write: false, minify: false, lib } });
  const outputs = [built].flat().flatMap((each) => ("output" in each ? each.output : []));
  scripts = new Map(outputs.flatMap((output) => (output.type === "chunk" ? [[output.fileName, output.code]] : [])));
  browser = await launchBrowser(["--use-fake-device-for-media-stream=device-count=3"]);
});
afterAll(() => browser?.close());

async function contextOf(): Promise<BrowserContext> {
  const context = await browser.newContext();
  const names = [...scripts.keys()].join(", ");
  await context.route("http://localhost/**", async (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const script = scripts.get(name);
    if (script !== undefined) return route.fulfill({ contentType: "text/javascript", body: script });
    const entry = [...scripts.keys()].find((each) => each.startsWith("radist")) ?? `none of ${names}`;
    await route.fulfill({
      contentType: "text/html",
      headers: name === "without-camera" ? { "permissions-policy": "camera=()" } : {},
      body: `<!doctype html><title>Devices</title><script type="module">import * as radist from "/${entry}"; window.radist = radist;</script>`,
    });
  });
  return context;
}

async function startedAt(url: string, context?: BrowserContext): Promise<Page> {
  const page = await (context ?? (await contextOf())).newPage();
  await page.goto(url);
  await page.waitForFunction(() => window.radist !== undefined);
  await page.evaluate(async () => {
    window.devices = new window.radist.LocalDevices();
    await window.devices.start();
  });
  return page;
}

/** As far as it can leave the page. */
const stateOf = (page: Page) =>
  page.evaluate(() => {
    const { microphone, camera, available, selected, isMuted, isCameraOff } = window.devices.state;
    const of = ({ track, problem }: LocalDevicesState["camera"]) => problem ?? track?.readyState ?? "off";
    return {
      microphone: of(microphone),
      camera: of(camera),
      cameraId: camera.track?.getSettings().deviceId,
      enabled: microphone.track?.enabled,
      cameras: available.camera,
      selected,
      isMuted,
      isCameraOff,
    };
  });

test("both devices open, and are listed with their names from then on", async () => {
  const page = await startedAt(PAGE);
  const { microphone, camera, cameras } = await stateOf(page);
  expect([microphone, camera]).toEqual(["live", "live"]);
  expect(cameras).toHaveLength(3);
  expect(cameras.every(({ id, label }) => id !== "" && label !== "")).toBe(true);
  await page.context().close();
});

test("a camera that is switched off is released, and comes back as another track", async () => {
  const page = await startedAt(PAGE);
  const [before, after] = await page.evaluate(async () => {
    const { track } = window.devices.state.camera;
    await window.devices.setCameraOff(true);
    return [track?.readyState, window.devices.state.camera.track];
  });
  expect([before, after]).toEqual(["ended", undefined]);
  expect(await stateOf(page)).toMatchObject({ camera: "off", isCameraOff: true, microphone: "live" });
  await page.evaluate(() => window.devices.setCameraOff(false));
  expect(await stateOf(page)).toMatchObject({ camera: "live", isCameraOff: false });
  await page.context().close();
});

test("muting silences the microphone and keeps the device", async () => {
  const page = await startedAt(PAGE);
  await page.evaluate(() => window.devices.setMuted(true));
  expect(await stateOf(page)).toMatchObject({ microphone: "live", enabled: false, isMuted: true });
  await page.evaluate(() => window.devices.setMuted(false));
  expect(await stateOf(page)).toMatchObject({ microphone: "live", enabled: true, isMuted: false });
  await page.context().close();
});

test("another camera is used at once, and again after a reload", async () => {
  const context = await contextOf();
  const page = await startedAt(PAGE, context);
  const { cameras } = await stateOf(page);
  const wanted = cameras.at(-1)?.id ?? "";
  await page.evaluate((id) => window.devices.select("camera", id), wanted);
  expect(await stateOf(page)).toMatchObject({ camera: "live", cameraId: wanted });
  await page.evaluate(() => window.devices.setMuted(true));
  await page.close();
  const again = await startedAt(PAGE, context);
  expect(await stateOf(again)).toMatchObject({ camera: "live", cameraId: wanted, isMuted: true, enabled: false });
  await context.close();
});

test("a remembered camera that is gone is replaced by one that is there", async () => {
  const context = await contextOf();
  const page = await startedAt(PAGE, context);
  await page.evaluate(() => window.devices.select("camera", "an-id-of-another-day"));
  expect(await stateOf(page)).toMatchObject({ camera: "live" });
  await context.close();
});

test("without a camera there is sound only, and the reason", async () => {
  const page = await startedAt(WITHOUT_CAMERA);
  expect(await stateOf(page)).toMatchObject({ microphone: "live", camera: "permission_denied" });
  expect(await page.evaluate(() => window.devices.stream.getTracks().map(({ kind }) => kind))).toEqual(["audio"]);
  await page.context().close();
});

test("after quick changes the last camera is open, and no other one", async () => {
  const page = await startedAt(PAGE);
  const { cameras } = await stateOf(page);
  const ids = cameras.map(({ id }) => id);
  const opened = await page.evaluate(async (all) => {
    const tracks: MediaStreamTrack[] = [];
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (constraints) => {
      const stream = await open(constraints);
      tracks.push(...stream.getTracks());
      return stream;
    };
    const off = () => window.devices.setCameraOff(true);
    const on = () => window.devices.setCameraOff(false);
    await Promise.all([...all.map((id) => window.devices.select("camera", id)), off(), on()]);
    return tracks.filter(({ readyState }) => readyState === "live").map((track) => track.getSettings().deviceId);
  }, ids);
  expect(opened).toEqual([ids.at(-1)]);
  expect(await stateOf(page)).toMatchObject({ camera: "live", cameraId: ids.at(-1) });
  await page.context().close();
});

test("stopping releases everything", async () => {
  const page = await startedAt(PAGE);
  const ended = await page.evaluate(() => {
    const tracks = window.devices.stream.getTracks();
    window.devices.stop();
    return tracks.map(({ readyState }) => readyState);
  });
  expect(ended).toEqual(["ended", "ended"]);
  expect(await stateOf(page)).toMatchObject({ microphone: "off", camera: "off" });
  await page.context().close();
});

test("a microphone that picks something up has a level", async () => {
  const page = await startedAt(PAGE);
  const level = await page.evaluate(
    () =>
      new Promise<number>((resolve) => {
        const { track } = window.devices.state.microphone;
        const stop = track
          ? window.radist.watchAudioLevel(track, (heard) => {
              if (heard === 0) return;
              stop();
              resolve(heard);
            })
          : () => undefined;
      }),
  );
  expect(level).toBeGreaterThan(0);
  await page.context().close();
});
