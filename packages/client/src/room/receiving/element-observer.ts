import { HIDDEN, type View } from "./reported-views.ts";

/** Watches how large an element is shown, and whether it can be seen at all. */
export class ElementObserver {
  readonly #element: HTMLVideoElement;
  readonly #changed: (isFirst: boolean) => void;
  readonly #stop = new AbortController();
  #isInView: boolean | undefined;
  #size = { width: 0, height: 0 };

  /** @param changed `isFirst`: only now something is known */
  constructor(element: HTMLVideoElement, changed: (isFirst: boolean) => void) {
    this.#element = element;
    this.#changed = changed;
    const { signal } = this.#stop;
    const sizes = new ResizeObserver((entries) => {
      const entry = entries.at(-1);
      if (entry) this.#resized(entry);
    });
    const places = new IntersectionObserver((entries) => {
      const isFirst = !this.isKnown;
      this.#isInView = entries.at(-1)?.isIntersecting ?? false;
      changed(isFirst);
    });
    this.#observe(sizes);
    places.observe(element);
    signal.addEventListener("abort", () => {
      sizes.disconnect();
      places.disconnect();
    });
    const again = () => changed(false);
    element.ownerDocument.addEventListener("visibilitychange", again, { signal });
    element.addEventListener("enterpictureinpicture", again, { signal });
    element.addEventListener("leavepictureinpicture", again, { signal });
  }

  /** Whether the browser has said yet where the element is. It tells of sizes before places, in the same frame. */
  get isKnown(): boolean {
    return this.#isInView !== undefined;
  }

  get view(): View {
    const { ownerDocument } = this.#element;
    // A picture in picture stays on top of everything, whatever becomes of its page.
    const isFloating = ownerDocument.pictureInPictureElement === this.#element;
    const isSeen = this.#isInView === true && ownerDocument.visibilityState === "visible";
    const { width, height } = this.#size;
    return (isSeen || isFloating) && width > 0 && height > 0 ? { visible: true, width, height } : HIDDEN;
  }

  close(): void {
    this.#stop.abort();
  }

  /** In device pixels where the browser tells them; these change with the zoom and the screen, too. */
  #observe(sizes: ResizeObserver): void {
    try {
      sizes.observe(this.#element, { box: "device-pixel-content-box" });
    } catch {
      sizes.observe(this.#element);
    }
  }

  #resized({ devicePixelContentBoxSize, contentRect }: ResizeObserverEntry): void {
    const [box] = devicePixelContentBoxSize ?? [];
    const { devicePixelRatio } = this.#element.ownerDocument.defaultView ?? { devicePixelRatio: 1 };
    this.#size = box
      ? { width: box.inlineSize, height: box.blockSize }
      : { width: contentRect.width * devicePixelRatio, height: contentRect.height * devicePixelRatio };
    this.#changed(false);
  }
}
