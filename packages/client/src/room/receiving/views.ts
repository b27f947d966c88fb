import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";
import type { RoomSocket } from "../signaling/room-socket.ts";
import type { ElementObserver } from "./element-observer.ts";
import type { ReceivedTrack } from "./remote-track.ts";
import { largestView, ReportedViews, type View } from "./reported-views.ts";

/** A dragged edge, or a list that scrolls, is reported no more often than this. */
const REPORT_MS = 150;

/** The part of a track that its views need. */
export type ViewedTrack = Pick<ReceivedTrack, "kind" | "consumerId" | "stream">;

export type ObservedElement = Pick<ElementObserver, "isKnown" | "view" | "close">;

export interface ViewsOptions {
  readonly socket: Pick<RoomSocket, "request">;
  /** Those of all participants. */
  tracks(): Iterable<ViewedTrack>;
  /** Observes an element on the page. */
  observe(element: HTMLVideoElement, changed: (isFirst: boolean) => void): ObservedElement;
  failed(error: unknown): void;
}

/**
 * Where videos are shown, so that the platform sends each as large as it is seen, and none that cannot be seen. A page that
 * attaches none shows them by other means, and is sent all of them.
 */
export class Views {
  readonly #options: ViewsOptions;
  readonly #reported = new ReportedViews();
  readonly #observers = new Map<ViewedTrack, Set<ObservedElement>>();
  /** Consumers that were resumed: each one starts paused. */
  #started = new Set<string>();
  #isAttaching = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /** Shows a track in an element; the returned function detaches it. */
  attach(track: ViewedTrack, element: HTMLMediaElement): () => void {
    element.autoplay = true;
    if (element.srcObject !== track.stream) element.srcObject = track.stream;
    const stopObserving = track.kind === "video" && isVideo(element) ? this.#observe(track, element) : undefined;
    return () => {
      stopObserving?.();
      if (element.srcObject === track.stream) element.srcObject = null;
    };
  }

  /** A track has a consumer: its first, or another one. */
  available(track: ViewedTrack): void {
    if (track.kind === "video") this.#report();
  }

  /** After an outage: the last reports and requests may have been lost. */
  resumed(started: Iterable<string>): void {
    this.#started = new Set(started);
    this.#reported.clear();
    this.#report();
  }

  /** A new media session, whose consumers are all new. */
  reset(): void {
    this.resumed([]);
  }

  close(): void {
    clearTimeout(this.#timer);
    for (const observers of this.#observers.values()) for (const observer of observers) observer.close();
    this.#observers.clear();
  }

  #observe(track: ViewedTrack, element: HTMLVideoElement): () => void {
    element.playsInline = true;
    this.#isAttaching = true;
    const observer = this.#options.observe(element, (isFirst) => this.#schedule(isFirst));
    const observers = this.#observers.get(track) ?? new Set<ObservedElement>();
    this.#observers.set(track, observers.add(observer));
    return () => {
      observer.close();
      observers.delete(observer);
      if (observers.size === 0 && this.#observers.get(track) === observers) this.#observers.delete(track);
      this.#schedule();
    };
  }

  /** @param isUrgent a video waits for its first picture; those of one frame are reported together */
  #schedule(isUrgent = false): void {
    if (isUrgent) clearTimeout(this.#timer);
    else if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => this.#report(), isUrgent ? 0 : REPORT_MS);
  }

  #report(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const shown: [string, View | undefined][] = [];
    for (const track of this.#options.tracks()) {
      const { consumerId, kind } = track;
      if (this.#isPending(track)) continue;
      if (kind === "video" && consumerId !== undefined) shown.push([consumerId, this.#viewOf(track)]);
    }
    const known = shown.flatMap(([id, view]) => (view ? [[id, view] as const] : []));
    for (const views of this.#reported.take(known)) this.#request({ type: "set-view", views });
    for (const [consumerId, view] of shown) {
      if (view?.visible === false || this.#started.has(consumerId)) continue;
      this.#started.add(consumerId);
      this.#request({ type: "resume-consumer", consumerId });
    }
  }

  /** Whether it has elements, and the browser has not reported yet where they are. */
  #isPending(track: ViewedTrack): boolean {
    const observers = [...(this.#observers.get(track) ?? [])];
    return observers.length > 0 && observers.every(({ isKnown }) => !isKnown);
  }

  /** Undefined when it is shown by other means. */
  #viewOf(track: ViewedTrack): View | undefined {
    if (!this.#isAttaching) return undefined;
    return largestView([...(this.#observers.get(track) ?? [])].map(({ view }) => view));
  }

  #request(request: Parameters<RoomSocket["request"]>[0]): void {
    this.#options.socket.request(request).catch((error: unknown) => {
      // After an outage it is reported again. And a track may end during a request for it.
      const isGone = error instanceof RadistError && error.code === "consumer_not_found";
      if (!(error instanceof ConnectionLost) && !isGone) this.#options.failed(error);
    });
  }
}

/** Not by `instanceof`: another window has classes of its own. */
const isVideo = (element: HTMLMediaElement): element is HTMLVideoElement => element.localName === "video";
