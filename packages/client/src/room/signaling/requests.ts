import type { RoomClientMessage, RoomServerMessage } from "@radist-tech/protocol";
import { RadistError } from "../../core/errors.ts";

type DistributiveOmit<Message, Key extends PropertyKey> = Message extends unknown ? Omit<Message, Key> : never;

/** What a client may ask for, without the id by which its answer is known. */
export type RoomRequest = DistributiveOmit<RoomClientMessage, "requestId">;

/** The requests whose answer is more than an acknowledgement. */
interface AnswerTypes {
  "connect-transport": "transport-connected";
  "restart-ice": "ice-restarted";
  produce: "produced";
  consume: "consumer-parameters";
  "produce-data": "data-produced";
  "consume-data": "data-consumer-parameters";
  "get-stats": "stats";
}

export type AnswerTo<Request extends RoomRequest> = Extract<
  RoomServerMessage,
  { type: Request["type"] extends keyof AnswerTypes ? AnswerTypes[Request["type"]] : "ack" }
>;

/** An answer takes a round trip; one that is not there by then will not come. */
const ANSWER_MS = 15_000;

interface Pending {
  readonly resolve: (answer: RoomServerMessage) => void;
  readonly reject: (error: RadistError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** The way to the platform was lost before an answer came: the request may have been heard or not. */
export class WayLost extends RadistError {
  constructor() {
    super("network_error");
  }
}

/** Brings answers to those who asked. */
export class Requests {
  readonly #pending = new Map<string, Pending>();
  readonly #onSilence: () => void;
  #count = 0;

  /** @param onSilence an answer did not come in time */
  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** Asks by `send`. Rejects with the platform's error, or with {@link WayLost}. */
  ask<Request extends RoomRequest>(
    request: Request,
    send: (message: Request & { requestId: string }) => void,
  ): Promise<AnswerTo<Request>> {
    const requestId = String(++this.#count);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(requestId);
        this.#onSilence();
        reject(new RadistError("internal_error", { message: `No answer to ${request.type}.`, requestId }));
      }, ANSWER_MS);
      this.#pending.set(requestId, { resolve: (answer) => resolve(answer as AnswerTo<Request>), reject, timer });
      send({ ...request, requestId });
    });
  }

  /** Whether somebody waited for this answer. */
  answered(requestId: string | undefined, outcome: RoomServerMessage | RadistError): boolean {
    const pending = requestId === undefined ? undefined : this.#pending.get(requestId);
    if (requestId === undefined || !pending) return false;
    this.#pending.delete(requestId);
    clearTimeout(pending.timer);
    if (outcome instanceof RadistError) pending.reject(outcome);
    else pending.resolve(outcome);
    return true;
  }

  /** No answer will come any more. */
  lose(): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new WayLost());
    }
    this.#pending.clear();
  }
}
