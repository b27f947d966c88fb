/** Called with what an event carries. What a listener throws goes to the page's `error` event, and stops no other listener. */
export type Listener<Payload> = (payload: Payload) => void;

/**
 * Typed events. A *lasting* event (a stream that exists, a peer that is present) is also delivered to listeners that are
 * attached later, so that no page depends on attaching its listeners in time.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #lasting = new Map<keyof Events, unknown>();
  readonly #onInterest: (name: keyof Events, isHeard: boolean) => void;

  /** @param onInterest called when an event gets its first listener, and when its last one is detached */
  constructor(onInterest: (name: keyof Events, isHeard: boolean) => void = () => {}) {
    this.#onInterest = onInterest;
  }

  /** Attaches a listener; the returned function detaches it. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    // Wrapped, so that one function attached twice is two listeners.
    const own: Listener<Events[Name]> = (payload) => listener(payload);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    if (listeners.size === 1) this.#onInterest(name, true);
    if (this.#lasting.has(name)) {
      const payload = this.#lasting.get(name) as Events[Name];
      queueMicrotask(() => {
        if (listeners.has(own) && this.#lasting.get(name) === payload) call(own, payload);
      });
    }
    return () => {
      if (listeners.delete(own) && listeners.size === 0) this.#onInterest(name, false);
    };
  }

  /** Calls the present listeners. Returns whether there were any. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): boolean {
    const listeners = [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[];
    for (const listener of listeners) call(listener, payload);
    return listeners.length > 0;
  }

  /** Calls the present listeners, and later ones until {@link forget}. */
  emitLasting<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.#lasting.set(name, payload);
    this.emit(name, payload);
  }

  /** Stops delivering a lasting event to later listeners. */
  forget(name: keyof Events): void {
    this.#lasting.delete(name);
  }
}

function call<Payload>(listener: Listener<Payload>, payload: Payload): void {
  try {
    listener(payload);
  } catch (error) {
    // A bug of the page must not break the call, and must not be hidden either.
    queueMicrotask(() => {
      throw error;
    });
  }
}

/** Runs when the page, which is about to get an object, has had the time to attach its listeners. */
export function afterListening(tell: () => void): void {
  setTimeout(tell);
}
