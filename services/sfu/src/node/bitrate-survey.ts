/** Bits per second. */
export interface Bitrate {
  readonly received: number;
  readonly sent: number;
}

/** The part of a transport that is asked. */
export interface MeasuredTransport {
  getStats(): Promise<readonly { readonly recvBitrate: number; readonly sendBitrate: number }[]>;
}

export interface SurveyLimits {
  /** Transports that are asked for one answer. */
  readonly asked: number;
  /** Of those, how many at the same time: the media workers carry packets meanwhile. */
  readonly atOnce: number;
}

const LIMITS: SurveyLimits = { asked: 200, atOnce: 20 };

/**
 * The bitrate of all transports, at a price that does not grow with their number: a few are asked each time, those first
 * that were never asked or not for the longest time; the others count with their last answer, or with the average.
 */
export class BitrateSurvey {
  readonly #transports: () => Iterable<MeasuredTransport>;
  readonly #limits: SurveyLimits;
  /** What each transport last answered, the earliest answer first. */
  readonly #answers = new Map<MeasuredTransport, Bitrate>();
  #underWay: Promise<Bitrate> | undefined;

  constructor(transports: () => Iterable<MeasuredTransport>, limits = LIMITS) {
    this.#transports = transports;
    this.#limits = limits;
  }

  /** Those who ask at the same time share one answer. */
  measure(): Promise<Bitrate> {
    this.#underWay ??= this.#measure().finally(() => {
      this.#underWay = undefined;
    });
    return this.#underWay;
  }

  async #measure(): Promise<Bitrate> {
    const present = new Set(this.#transports());
    for (const transport of this.#answers.keys()) if (!present.has(transport)) this.#answers.delete(transport);
    const unknown = [...present].filter((transport) => !this.#answers.has(transport));
    const queue = [...unknown, ...this.#answers.keys()].slice(0, this.#limits.asked);
    const askNext = async (): Promise<void> => {
      for (let next = queue.shift(); next; next = queue.shift()) await this.#ask(next);
    };
    await Promise.all(Array.from({ length: this.#limits.atOnce }, askNext));
    return this.#sum(present.size);
  }

  async #ask(transport: MeasuredTransport): Promise<void> {
    const figures = await transport.getStats().catch(() => undefined);
    this.#answers.delete(transport);
    // One that was closed while it was asked is left out.
    if (!figures) return;
    const sum = { received: 0, sent: 0 };
    for (const { recvBitrate, sendBitrate } of figures) {
      sum.received += recvBitrate;
      sum.sent += sendBitrate;
    }
    this.#answers.set(transport, sum);
  }

  #sum(count: number): Bitrate {
    const sum = { received: 0, sent: 0 };
    for (const { received, sent } of this.#answers.values()) {
      sum.received += received;
      sum.sent += sent;
    }
    const factor = this.#answers.size === 0 ? 0 : count / this.#answers.size;
    return { received: Math.round(sum.received * factor), sent: Math.round(sum.sent * factor) };
  }
}
