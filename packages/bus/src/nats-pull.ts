import type { Msg, NatsConnection } from "@nats-io/transport-node";
import { createInbox, nanos } from "@nats-io/transport-node";
import type { QueueNames } from "./nats-stream.ts";

const EXPIRES_MS = 30_000;
const REQUEST_TIMEOUT = 408;

/** JetStream answered a pull with anything but a job or "none yet". */
class PullRefused extends Error {
  override readonly name = "PullRefused";
}

/**
 * Asks for one job, and waits. Undefined when none came within 30 s, `stopping` aborted or the connection was lost.
 *
 * The client's own `fetch` drops a job that is on its way when it is stopped, and the job then waits for its
 * `ackWaitMs`; here the subscription is drained, so such a job still arrives and can be handed back.
 *
 * @throws {PullRefused} such as when the stream or its consumer is gone
 */
export async function pull(
  connection: NatsConnection,
  { stream, consumer }: QueueNames,
  stopping: AbortSignal,
): Promise<Msg | undefined> {
  const { promise, resolve, reject } = Promise.withResolvers<Msg | undefined>();
  const inbox = createInbox();
  const subscription = connection.subscribe(inbox, {
    callback: (refusal, message) => {
      if (refusal) reject(refusal);
      else if (message.reply) resolve(message);
      else if (message.headers?.code === REQUEST_TIMEOUT) resolve(undefined);
      else reject(new PullRefused(`JetStream answered ${message.headers?.code} ${message.headers?.description}.`));
    },
  });
  void subscription.closed.then(() => resolve(undefined));
  const stop = () => {
    // Rejects when the connection is lost, which ends the wait as well.
    subscription.drain().catch(() => resolve(undefined));
  };
  stopping.addEventListener("abort", stop);
  // The server's own answer to the expiry can be lost with its node.
  const expired = setTimeout(() => resolve(undefined), EXPIRES_MS + 5_000);
  try {
    const request = { batch: 1, expires: nanos(EXPIRES_MS) };
    const subject = `$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`;
    connection.publish(subject, JSON.stringify(request), { reply: inbox });
    if (stopping.aborted) stop();
    return await promise;
  } finally {
    clearTimeout(expired);
    stopping.removeEventListener("abort", stop);
    subscription.unsubscribe();
  }
}
