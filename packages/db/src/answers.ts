import { channel } from "node:diagnostics_channel";

/** How the database answered a caller. */
export interface DatabaseAnswer {
  readonly kind: "query" | "transaction";
  /** `unavailable`: it could not be reached, or not before the caller gave up. */
  readonly outcome: "answered" | "unavailable";
  /** From the call on, so waiting for a connection and repeats after conflicts are included. */
  readonly seconds: number;
}

const answers = channel("radist.database.answers");

/** Hears of every answer of every database in this process. Returns what ends that. */
export function onDatabaseAnswer(listener: (answer: DatabaseAnswer) => void): () => void {
  const hear = (message: unknown) => listener(message as DatabaseAnswer);
  answers.subscribe(hear);
  return () => {
    answers.unsubscribe(hear);
  };
}

/** Publishes how `work` ends; costs nothing where nobody listens. */
export async function observed<T>(
  kind: DatabaseAnswer["kind"],
  work: () => Promise<T>,
  isUnavailable: (error: unknown) => boolean,
): Promise<T> {
  if (!answers.hasSubscribers) return work();
  const startedAt = performance.now();
  const publish = (outcome: DatabaseAnswer["outcome"]): void =>
    answers.publish({ kind, outcome, seconds: (performance.now() - startedAt) / 1_000 } satisfies DatabaseAnswer);
  try {
    const result = await work();
    publish("answered");
    return result;
  } catch (error) {
    publish(isUnavailable(error) ? "unavailable" : "answered");
    throw error;
  }
}
