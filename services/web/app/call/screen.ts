import { canShareScreen } from "../media/capture.ts";
import type { LocalMedia } from "../media/device-signals.ts";
import { announce } from "../ui/announcer.tsx";

/** Shares the screen in place of the camera, or stops that. */
export async function toggleScreen(media: LocalMedia): Promise<void> {
  if (media.screen.peek()) return media.stopScreen();
  if (!canShareScreen()) return;
  try {
    await media.startScreen();
  } catch (error) {
    console.warn("Radist:", error);
    announce("The screen could not be shared.");
  }
}
