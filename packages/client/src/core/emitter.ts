/** Called with what an event carries. What a listener throws goes to the page's `error` event, and to nobody else. */
export type Listener<Payload> = (payload: Payload) => void;

/**
 * Typed events. A *lasting* event (a stream that is there, a peer that is present) is also told to whoever starts to
 * listen later, so that no page depends on attaching its listeners in time.
 */
export class Emitter<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<Listener<never>>>();
  readonly #lasting = new Map<keyof Events, unknown>();

  /** Listens; the returned function stops listening. */
  on<Name extends keyof Events>(name: Name, listener: Listener<Events[Name]>): () => void {
    // A wrapper of its own, so that one function attached twice is two listeners.
    const own: Listener<Events[Name]> = (payload) => listener(payload);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    if (this.#lasting.has(name)) {
      const payload = this.#lasting.get(name) as Events[Name];
      queueMicrotask(() => {
        if (listeners.has(own) && this.#lasting.get(name) === payload) call(own, payload);
      });
    }
    return () => void listeners.delete(own);
  }

  /** Tells everyone who listens now. Returns whether anyone did. */
  emit<Name extends keyof Events>(name: Name, payload: Events[Name]): boolean {
    const listeners = [...(this.#listeners.get(name) ?? [])] as Listener<Events[Name]>[];
    for (const listener of listeners) call(listener, payload);
    return listeners.length > 0;
  }

  /** Tells everyone who listens now, and later ones until {@link forget}. */
  emitLasting<Name extends keyof Events>(name: Name, payload: Events[Name]): void {
    this.#lasting.set(name, payload);
    this.emit(name, payload);
  }

  /** What a lasting event told is over. */
  forget(name: keyof Events): void {
    this.#lasting.delete(name);
  }
}

function call<Payload>(listener: Listener<Payload>, payload: Payload): void {
  try {
    listener(payload);
  } catch (error) {
    // A page's fault must not break the call, and must not vanish either.
    queueMicrotask(() => {
      throw error;
    });
  }
}
