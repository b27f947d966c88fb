import type { RoomClientMessage, RoomServerMessage } from "@radist-tech/protocol";
import { ConnectionLost } from "../../core/connection-lost.ts";
import { RadistError } from "../../core/errors.ts";

type DistributiveOmit<Message, Key extends PropertyKey> = Message extends unknown ? Omit<Message, Key> : never;

/** What a client may request, without the id that its answer carries. */
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

/** An answer takes one round trip; one that has not arrived by then will not arrive. */
const ANSWER_MS = 15_000;

interface Pending {
  readonly resolve: (answer: RoomServerMessage) => void;
  readonly reject: (error: RadistError) => void;
  readonly timer: ReturnType<typeof setTimeout>;
}

/** Matches answers to requests. */
export class Requests {
  readonly #pending = new Map<string, Pending>();
  readonly #onTimeout: () => void;
  #count = 0;

  /** @param onTimeout an answer did not come in time */
  constructor(onTimeout: () => void) {
    this.#onTimeout = onTimeout;
  }

  /** Sends a request by `send`. Rejects with the platform's error, or with {@link ConnectionLost}. */
  ask<Request extends RoomRequest>(
    request: Request,
    send: (message: Request & { requestId: string }) => void,
  ): Promise<AnswerTo<Request>> {
    const requestId = String(++this.#count);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#pending.delete(requestId);
        this.#onTimeout();
        const message = `The platform did not answer ${request.type}.`;
        reject(new RadistError("internal_error", { message, requestId }));
      }, ANSWER_MS);
      this.#pending.set(requestId, { resolve: (answer) => resolve(answer as AnswerTo<Request>), reject, timer });
      send({ ...request, requestId });
    });
  }

  /** Settles the request with this id; false when none is pending. */
  settle(requestId: string | undefined, outcome: RoomServerMessage | RadistError): boolean {
    const pending = requestId === undefined ? undefined : this.#pending.get(requestId);
    if (requestId === undefined || !pending) return false;
    this.#pending.delete(requestId);
    clearTimeout(pending.timer);
    if (outcome instanceof RadistError) pending.reject(outcome);
    else pending.resolve(outcome);
    return true;
  }

  /** No answer will come any more. */
  connectionLost(): void {
    for (const { reject, timer } of this.#pending.values()) {
      clearTimeout(timer);
      reject(new ConnectionLost());
    }
    this.#pending.clear();
  }
}
