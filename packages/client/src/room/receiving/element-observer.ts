import { HIDDEN, type View } from "./reported-views.ts";

/** Observes how large an element is shown, and whether it can be seen at all. */
export class ElementObserver {
  readonly #element: HTMLVideoElement;
  readonly #changed: (isFirst: boolean) => void;
  readonly #stop = new AbortController();
  #isInView: boolean | undefined;
  #size = { width: 0, height: 0 };

  /** @param changed `isFirst`: the view was unknown before */
  constructor(element: HTMLVideoElement, changed: (isFirst: boolean) => void) {
    this.#element = element;
    this.#changed = changed;
    const { signal } = this.#stop;
    const resizeObserver = new ResizeObserver((entries) => {
      const entry = entries.at(-1);
      if (entry) this.#resized(entry);
    });
    const intersectionObserver = new IntersectionObserver((entries) => {
      const isFirst = !this.isKnown;
      this.#isInView = entries.at(-1)?.isIntersecting ?? false;
      changed(isFirst);
    });
    this.#observeSize(resizeObserver);
    intersectionObserver.observe(element);
    signal.addEventListener("abort", () => {
      resizeObserver.disconnect();
      intersectionObserver.disconnect();
    });
    const update = () => changed(false);
    element.ownerDocument.addEventListener("visibilitychange", update, { signal });
    element.addEventListener("enterpictureinpicture", update, { signal });
    element.addEventListener("leavepictureinpicture", update, { signal });
  }

  /** Whether the browser has reported where the element is. It reports sizes before intersections, in the same frame. */
  get isKnown(): boolean {
    return this.#isInView !== undefined;
  }

  get view(): View {
    const { ownerDocument } = this.#element;
    // A picture in picture stays on top of everything, even when its page is hidden.
    const isFloating = ownerDocument.pictureInPictureElement === this.#element;
    const isSeen = this.#isInView === true && ownerDocument.visibilityState === "visible";
    const { width, height } = this.#size;
    return (isSeen || isFloating) && width > 0 && height > 0 ? { visible: true, width, height } : HIDDEN;
  }

  close(): void {
    this.#stop.abort();
  }

  /** In device pixels if the browser supports that; they also change with the zoom and the screen. */
  #observeSize(observer: ResizeObserver): void {
    try {
      observer.observe(this.#element, { box: "device-pixel-content-box" });
    } catch {
      observer.observe(this.#element);
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
