import { RadistError } from "./errors.ts";

/** A latch for those who wait for it, and do not open it. */
export type LatchReader<Value> = Pick<Latch<Value>, "value" | "whenOpen">;

/** Holds a value while it is available, and lets callers wait for it. */
export class Latch<Value> {
  #value: Value | undefined;
  #error: RadistError | undefined;
  #waiting: { resolve: (value: Value) => void; reject: (error: RadistError) => void }[] = [];

  /** Undefined while the latch is closed. */
  get value(): Value | undefined {
    return this.#value;
  }

  open(value: Value): void {
    if (this.#error) return;
    this.#value = value;
    for (const { resolve } of this.#waiting.splice(0)) resolve(value);
  }

  close(): void {
    this.#value = undefined;
  }

  /** Closes for good. */
  end(): void {
    const error = new RadistError("connection_closed");
    this.#error = error;
    this.#value = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Resolves with the value as soon as there is one; rejects with `connection_closed` once there will be none. */
  whenOpen(): Promise<Value> {
    if (this.#value !== undefined) return Promise.resolve(this.#value);
    if (this.#error) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
