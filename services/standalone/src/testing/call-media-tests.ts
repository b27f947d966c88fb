import { test } from "vitest";
import type { Callers } from "./call-browsers.ts";

/** What two people do with camera and screen in a call, in browsers that have a screen to share, and no picker. */
export function testCallMedia({ twoCallers, close }: Callers): void {
  test("each one's camera is switched off, which the other one sees, and on", async () => {
    const { alice, bob } = await twoCallers();
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      await one.switches("camera");
      await other.seesNoPicture();
      await one.switches("camera");
      await other.seesPicture();
    }
    await close(alice, bob);
  });

  test("each one's screen is shared in the camera's place, and the camera comes back", async () => {
    const { alice, bob } = await twoCallers();
    for (const [one, other] of [
      [alice, bob],
      [bob, alice],
    ] as const) {
      await one.switches("screen");
      await other.seesScreen();
      await one.switches("screen");
      await other.seesCamera();
    }
    await close(alice, bob);
  });
}
