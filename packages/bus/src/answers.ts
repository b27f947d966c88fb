import { channel } from "node:diagnostics_channel";
import { BusUnavailable, DeadlineExceeded, NoResponders } from "./errors.ts";

/** How a request over the bus ended. */
export interface BusAnswer {
  readonly outcome: "answered" | "no_responders" | "late" | "unavailable" | "failed";
  readonly seconds: number;
}

const answers = channel("radist.bus.answers");

/** Hears of the end of every request of every bus in this process. Returns what ends that. */
export function onBusAnswer(listener: (answer: BusAnswer) => void): () => void {
  const hear = (message: unknown) => listener(message as BusAnswer);
  answers.subscribe(hear);
  return () => {
    answers.unsubscribe(hear);
  };
}

/** Publishes how a request ends; costs nothing where nobody listens. */
export async function observed<T>(request: () => Promise<T>): Promise<T> {
  if (!answers.hasSubscribers) return request();
  const startedAt = performance.now();
  const publish = (outcome: BusAnswer["outcome"]): void =>
    answers.publish({ outcome, seconds: (performance.now() - startedAt) / 1_000 } satisfies BusAnswer);
  try {
    const answer = await request();
    publish("answered");
    return answer;
  } catch (error) {
    publish(outcomeOf(error));
    throw error;
  }
}

function outcomeOf(error: unknown): BusAnswer["outcome"] {
  if (error instanceof NoResponders) return "no_responders";
  if (error instanceof DeadlineExceeded) return "late";
  return error instanceof BusUnavailable ? "unavailable" : "failed";
}
