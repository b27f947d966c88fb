import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import { ElementObserver } from "./element-observer.ts";
import type { ReceivedTrack } from "./remote-track.ts";
import { largestView, ReportedViews, type View } from "./reported-views.ts";

/** A dragged edge, or a list that scrolls, tells so often at most. */
const TELL_MS = 150;

export interface ViewsOptions {
  readonly socket: Pick<RoomSocket, "request">;
  /** The videos of everybody. */
  tracks(): Iterable<ReceivedTrack>;
  failed(error: unknown): void;
}

/**
 * Which videos are shown where, so that the platform sends each as large as it is seen, and none that is not. A page
 * that attaches nothing shows them by other means, and is sent all.
 */
export class Views {
  readonly #options: ViewsOptions;
  readonly #reported = new ReportedViews();
  readonly #watches = new Map<ReceivedTrack, Set<ElementObserver>>();
  /** Consumers whose paused start is over. */
  #started = new Set<string>();
  #isAttaching = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /** Shows a track; the returned function ends that. */
  attach(track: ReceivedTrack, element: HTMLMediaElement): () => void {
    element.autoplay = true;
    if (element.srcObject !== track.stream) element.srcObject = track.stream;
    const stopWatching = track.kind === "video" && isVideo(element) ? this.#watch(track, element) : undefined;
    return () => {
      stopWatching?.();
      if (element.srcObject === track.stream) element.srcObject = null;
    };
  }

  /** A track has a consumer, another one perhaps. */
  arrived(track: ReceivedTrack): void {
    if (track.kind === "video") this.#tell();
  }

  /** After an outage: what was told, or asked, may have been lost. */
  resumed(started: Iterable<string>): void {
    this.#started = new Set(started);
    this.#reported.clear();
    this.#tell();
  }

  /** New media: nothing of the earlier one is known. */
  reset(): void {
    this.resumed([]);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const watches of this.#watches.values()) for (const watch of watches) watch.close();
    this.#watches.clear();
  }

  #watch(track: ReceivedTrack, element: HTMLVideoElement): () => void {
    element.playsInline = true;
    this.#isAttaching = true;
    const watch = new ElementObserver(element, (isFirst) => this.#schedule(isFirst));
    const watches = this.#watches.get(track) ?? new Set();
    this.#watches.set(track, watches.add(watch));
    return () => {
      watch.close();
      watches.delete(watch);
      if (watches.size === 0 && this.#watches.get(track) === watches) this.#watches.delete(track);
      this.#schedule();
    };
  }

  /** @param isUrgent somebody waits for their first picture; those of one frame are told together */
  #schedule(isUrgent = false): void {
    if (isUrgent) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#tell(), isUrgent ? 0 : TELL_MS);
  }

  #tell(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const shown: [string, View | undefined][] = [];
    for (const track of this.#options.tracks()) {
      const { consumerId, kind } = track;
      if (this.#isAwaited(track)) continue;
      if (kind === "video" && consumerId !== undefined) shown.push([consumerId, this.#viewOf(track)]);
    }
    const told = shown.flatMap(([id, view]) => (view ? [[id, view] as const] : []));
    for (const views of this.#reported.take(told)) this.#ask({ type: "set-view", views });
    for (const [consumerId, view] of shown) {
      if (view?.visible === false || this.#started.has(consumerId)) continue;
      this.#started.add(consumerId);
      this.#ask({ type: "resume-consumer", consumerId });
    }
  }

  /** It has elements, and the browser has not said yet where they are. */
  #isAwaited(track: ReceivedTrack): boolean {
    const watches = [...(this.#watches.get(track) ?? [])];
    return watches.length > 0 && watches.every(({ isKnown }) => !isKnown);
  }

  /** Undefined: shown by other means. */
  #viewOf(track: ReceivedTrack): View | undefined {
    if (!this.#isAttaching) return undefined;
    return largestView([...(this.#watches.get(track) ?? [])].map(({ view }) => view));
  }

  #ask(request: Parameters<RoomSocket["request"]>[0]): void {
    this.#options.socket.request(request).catch((error: unknown) => {
      // What the outage swallowed is told after it; and a track may end while something is asked for it.
      const isGone = error instanceof RadistError && error.code === "consumer_not_found";
      if (!(error instanceof ConnectionLost) && !isGone) this.#options.failed(error);
    });
  }
}

/** Also in another window, whose classes are others. */
const isVideo = (element: HTMLMediaElement): element is HTMLVideoElement => element.localName === "video";
