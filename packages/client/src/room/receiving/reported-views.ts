/** Whether a video is visible, and how large, in device pixels. */
export interface View {
  readonly visible: boolean;
  readonly width: number;
  readonly height: number;
}

export const HIDDEN: View = { visible: false, width: 0, height: 0 };

/** The platform's limits for one message. */
const MAX_VIEWS = 256;
const MAX_PIXELS = 16_384;
/** Smaller differences change no layer, and dragging an edge would report each of them. */
const STEP_PIXELS = 16;

/** A video in several elements is as large as the largest of those that are visible. */
export function largestView(views: Iterable<View>): View {
  let largest = HIDDEN;
  for (const { visible, width, height } of views) {
    if (!visible) continue;
    largest = { visible, width: Math.max(width, largest.width), height: Math.max(height, largest.height) };
  }
  return largest;
}

/** What the platform knows of each consumer, so that only changes are reported. */
export class ReportedViews {
  readonly #reported = new Map<string, View>();

  /** What is to be reported now, in messages of limited size. */
  take(wanted: Iterable<readonly [consumerId: string, view: View]>): ({ consumerId: string } & View)[][] {
    const changes: ({ consumerId: string } & View)[] = [];
    for (const [consumerId, exact] of wanted) {
      const view = coarse(exact);
      const reported = this.#reported.get(consumerId);
      if (
        reported &&
        reported.visible === view.visible &&
        reported.width === view.width &&
        reported.height === view.height
      )
        continue;
      this.#reported.set(consumerId, view);
      changes.push({ consumerId, ...view });
    }
    const messages: (typeof changes)[] = [];
    while (changes.length > 0) messages.push(changes.splice(0, MAX_VIEWS));
    return messages;
  }

  forget(consumerId: string): void {
    this.#reported.delete(consumerId);
  }

  /** The last reports may have been lost. */
  clear(): void {
    this.#reported.clear();
  }
}

function coarse({ visible, width, height }: View): View {
  if (!visible) return HIDDEN;
  const step = (pixels: number) => Math.min(MAX_PIXELS, Math.ceil(pixels / STEP_PIXELS) * STEP_PIXELS);
  return { visible, width: step(width), height: step(height) };
}
