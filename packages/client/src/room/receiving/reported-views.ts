/** How one video is shown: whether at all, and how large, in device pixels. */
export interface View {
  readonly visible: boolean;
  readonly width: number;
  readonly height: number;
}

export const HIDDEN: View = { visible: false, width: 0, height: 0 };

/** The platform's own limits of one message. */
const MOST_VIEWS = 256;
const MOST_PIXELS = 16_384;
/** Smaller differences change no layer, and a dragged edge would tell each of them. */
const STEP_PIXELS = 16;

/** A video in several elements is as large as the largest of those that can be seen. */
export function largestView(views: Iterable<View>): View {
  let largest = HIDDEN;
  for (const { visible, width, height } of views) {
    if (!visible) continue;
    largest = { visible, width: Math.max(width, largest.width), height: Math.max(height, largest.height) };
  }
  return largest;
}

/** What the platform was told of each consumer, so that it is told changes only. */
export class ReportedViews {
  readonly #told = new Map<string, View>();

  /** Takes what is to be told now, in messages of at most so many views. */
  take(wanted: Iterable<readonly [consumerId: string, view: View]>): ({ consumerId: string } & View)[][] {
    const changes: ({ consumerId: string } & View)[] = [];
    for (const [consumerId, wish] of wanted) {
      const view = coarse(wish);
      const told = this.#told.get(consumerId);
      if (told && told.visible === view.visible && told.width === view.width && told.height === view.height) continue;
      this.#told.set(consumerId, view);
      changes.push({ consumerId, ...view });
    }
    const messages: (typeof changes)[] = [];
    while (changes.length > 0) messages.push(changes.splice(0, MOST_VIEWS));
    return messages;
  }

  forget(consumerId: string): void {
    this.#told.delete(consumerId);
  }

  /** What was told last may have been lost. */
  clear(): void {
    this.#told.clear();
  }
}

function coarse({ visible, width, height }: View): View {
  if (!visible) return HIDDEN;
  const step = (pixels: number) => Math.min(MOST_PIXELS, Math.ceil(pixels / STEP_PIXELS) * STEP_PIXELS);
  return { visible, width: step(width), height: step(height) };
}
