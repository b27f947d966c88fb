import { RadistError } from "../core/errors.ts";

/** Lets through whoever waits for something while it is there, and holds them while it is not. */
export class Gate<Value> {
  #value: Value | undefined;
  #error: RadistError | undefined;
  #waiting: { resolve: (value: Value) => void; reject: (error: RadistError) => void }[] = [];

  /** What is there now. */
  get value(): Value | undefined {
    return this.#value;
  }

  open(value: Value): void {
    if (this.#error) return;
    this.#value = value;
    for (const { resolve } of this.#waiting.splice(0)) resolve(value);
  }

  shut(): void {
    this.#value = undefined;
  }

  /** It will never be there again. */
  end(): void {
    const error = new RadistError("connection_closed");
    this.#error = error;
    this.#value = undefined;
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  /** Rejects with `connection_closed` once that is for ever. */
  passed(): Promise<Value> {
    if (this.#value !== undefined) return Promise.resolve(this.#value);
    if (this.#error) return Promise.reject(this.#error);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }
}
