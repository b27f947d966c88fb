import type { ConsumerConfig, JetStreamManager, StreamConfig } from "@nats-io/jetstream";
import {
  AckPolicy,
  DeliverPolicy,
  DiscardPolicy,
  JetStreamApiError,
  RetentionPolicy,
  StorageType,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/transport-node";
import type { QueueSettings } from "./work-queue.ts";
import { DEAD_LETTER_AGE_MS, DEAD_LETTER_LIMIT } from "./work-queue.ts";

const STREAM_EXISTS_OTHERWISE = 10058;
const CONSUMER_EXISTS_OTHERWISE = 10148;

/** What a queue is called at the server. Its subjects lie beside the bus's, so that no subscription hears its jobs. */
export function queueNames(prefix: string, name: string) {
  const stream = `${prefix.replaceAll(".", "_")}_${name}`;
  return {
    stream,
    consumer: "workers",
    subject: `${prefix}-queues.${name}.jobs`,
    deadStream: `${stream}_DEAD`,
    deadSubject: `${prefix}-queues.${name}.dead`,
  };
}

export type QueueNames = ReturnType<typeof queueNames>;

/** Makes the queue's streams and its consumer, or brings them to these settings. */
export async function prepareQueue(jsm: JetStreamManager, names: QueueNames, settings: QueueSettings): Promise<void> {
  await prepareStream(jsm, {
    name: names.stream,
    subjects: [names.subject],
    retention: RetentionPolicy.Workqueue,
    storage: StorageType.File,
    max_age: nanos(settings.maxAgeMs ?? 0),
    duplicate_window: nanos(settings.duplicateWindowMs),
  });
  await prepareStream(jsm, {
    name: names.deadStream,
    subjects: [names.deadSubject],
    retention: RetentionPolicy.Limits,
    storage: StorageType.File,
    discard: DiscardPolicy.Old,
    max_age: nanos(DEAD_LETTER_AGE_MS),
    max_msgs: DEAD_LETTER_LIMIT,
  });
  await prepareConsumer(jsm, names.stream, {
    durable_name: names.consumer,
    ack_policy: AckPolicy.Explicit,
    deliver_policy: DeliverPolicy.All,
    ack_wait: nanos(settings.ackWaitMs),
    // Workers count the attempts, since a job that the server gives up would stay in the stream unseen.
    max_deliver: -1,
  });
}

async function prepareStream(jsm: JetStreamManager, config: Partial<StreamConfig> & { name: string }): Promise<void> {
  try {
    await jsm.streams.add(config);
  } catch (error) {
    if (!hasCode(error, STREAM_EXISTS_OTHERWISE)) throw error;
    await jsm.streams.update(config.name, config);
  }
}

async function prepareConsumer(
  jsm: JetStreamManager,
  stream: string,
  config: Partial<ConsumerConfig> & { durable_name: string },
): Promise<void> {
  try {
    await jsm.consumers.add(stream, config);
  } catch (error) {
    if (!hasCode(error, CONSUMER_EXISTS_OTHERWISE)) throw error;
    await jsm.consumers.update(stream, config.durable_name, config);
  }
}

function hasCode(error: unknown, code: number): boolean {
  return error instanceof JetStreamApiError && error.code === code;
}
