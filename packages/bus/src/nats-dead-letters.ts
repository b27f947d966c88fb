import type { JetStreamManager } from "@nats-io/jetstream";
import type { MsgHdrs } from "@nats-io/transport-node";
import { headers } from "@nats-io/transport-node";
import type { DeadLetter } from "./work-queue.ts";

const ATTEMPTS = "Radist-Attempts";
const REASON = "Radist-Reason";
const JOB_ID = "Radist-Job-Id";

/** What a dead letter carries besides the job's data. */
export function deadLetterHeaders(letter: Pick<DeadLetter, "id" | "attempts" | "reason">): MsgHdrs {
  const all = headers();
  all.set(ATTEMPTS, String(letter.attempts));
  all.set(REASON, letter.reason);
  if (letter.id !== undefined) all.set(JOB_ID, letter.id);
  return all;
}

export async function readDeadLetters(jsm: JetStreamManager, stream: string, limit: number) {
  const { state } = await jsm.streams.info(stream);
  const jobs: DeadLetter[] = [];
  // An empty stream begins at 0, where no message can be.
  for (let seq = Math.max(1, state.first_seq); seq <= state.last_seq && jobs.length < limit; seq += 1) {
    const stored = await jsm.streams.getMessage(stream, { seq });
    // Deleted by hand, or of age since.
    if (!stored) continue;
    jobs.push({
      data: stored.data,
      id: stored.header.get(JOB_ID) || undefined,
      attempts: Number(stored.header.get(ATTEMPTS)),
      reason: stored.header.get(REASON),
      at: stored.time,
    });
  }
  return { count: state.messages, jobs };
}
