import type { SendMeterEvent } from "@radist-tech/usage";
import type Stripe from "stripe";

const EVENT_NAME = "radist_sfu_participant_seconds";
const TIMEOUT_MS = 10_000;

/** Statuses of answers that say nothing about the event itself: too many requests, a wrong key, a conflict. */
const ABOUT_THE_REQUEST = new Set([401, 403, 409, 429]);

/**
 * Sends meter events to Stripe.
 *
 * @param apiUrl where Stripe's API is, if it is not where it always is
 */
export function stripeMeter(apiKey: string, apiUrl?: string): SendMeterEvent {
  let stripe: Stripe | undefined;
  return async ({ identifier, customerId, seconds, at }) => {
    // Loaded with the first event: it is larger than this whole service, and most installations never need it.
    const { default: StripeClient } = await import("stripe");
    stripe ??= new StripeClient(apiKey, {
      maxNetworkRetries: 0,
      timeout: TIMEOUT_MS,
      telemetry: false,
      ...(apiUrl !== undefined && addressOf(new URL(apiUrl))),
    });
    try {
      await stripe.billing.meterEvents.create(
        {
          event_name: EVENT_NAME,
          payload: { stripe_customer_id: customerId, value: String(seconds) },
          identifier,
          timestamp: Math.floor(at.getTime() / 1_000),
        },
        { idempotencyKey: identifier },
      );
      return undefined;
    } catch (error) {
      if (!(error instanceof StripeClient.errors.StripeError)) throw error;
      const { statusCode, message } = error;
      // Repeated after Stripe has forgotten the request, and not yet the event.
      if (statusCode === 400 && /already exists with identifier/i.test(message)) return undefined;
      const isRefusal =
        statusCode !== undefined && statusCode >= 400 && statusCode < 500 && !ABOUT_THE_REQUEST.has(statusCode);
      if (isRefusal) return message;
      throw error;
    }
  };
}

function addressOf({ protocol, hostname, port }: URL) {
  const isPlain = protocol === "http:";
  return {
    protocol: isPlain ? ("http" as const) : ("https" as const),
    host: hostname,
    port: port || (isPlain ? 80 : 443),
  };
}
