import { type ErrorCode, Refusal } from "@radist-tech/protocol";

/** Too much was asked for: the same request may succeed after a while. Over HTTP that becomes `Retry-After`. */
export class RetryLater extends Refusal {
  readonly retryAfterSeconds: number;

  /** @param afterMs milliseconds, rounded up to whole seconds */
  constructor(code: ErrorCode, afterMs: number, detail?: string) {
    super(code, detail);
    this.name = "RetryLater";
    this.retryAfterSeconds = Math.max(1, Math.ceil(afterMs / 1_000));
  }
}
