import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";

export interface CountedEvent {
  readonly customerId: string;
  readonly seconds: number;
  readonly timestamp: number;
}

/** What becomes of a request. `lost`: it is counted, and its answer does not arrive. */
export type Fate = "answered" | "dropped" | "lost" | "late" | "refused" | "overloaded";

/** Stripe's meter events as its documentation describes them, on a port of its own. */
export interface StripeStandIn extends AsyncDisposable {
  readonly url: string;
  /** By identifier; one that comes again is not counted again. */
  readonly counted: Map<string, CountedEvent>;
  /** How many requests arrived. */
  readonly requests: () => number;
  /** Decides about the request of that number, from 1. */
  fate: (request: number) => Fate;
}

export async function startStripe(apiKey: string): Promise<StripeStandIn> {
  let requests = 0;
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const number = ++requests;
    const answer = (status: number, body: object): void => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    const refuse = (status: number, message: string): void =>
      answer(status, { error: { type: "invalid_request_error", message } });
    const fate = standIn.fate(number);
    if (fate === "dropped") return void request.socket.destroy();
    if (fate === "overloaded") return refuse(429, "Too many requests.");
    if (request.headers.authorization !== `Bearer ${apiKey}`) return refuse(401, "Invalid API key provided.");
    const form = new URLSearchParams(await text(request));
    if (fate === "refused") return refuse(400, "No such customer.");
    const problem = problemOf(request, form);
    if (problem) return refuse(400, problem);
    const identifier = form.get("identifier") ?? "";
    const event = {
      customerId: form.get("payload[stripe_customer_id]") ?? "",
      seconds: Number(form.get("payload[value]")),
      timestamp: Number(form.get("timestamp")),
    };
    const isKnown = standIn.counted.has(identifier);
    if (!isKnown) standIn.counted.set(identifier, event);
    if (fate === "lost") return void request.socket.destroy();
    if (isKnown) return refuse(400, `An event already exists with identifier ${identifier}.`);
    const body = { object: "billing.meter_event", identifier, event_name: form.get("event_name"), livemode: false };
    if (fate === "late") setTimeout(() => answer(200, body), 100);
    else answer(200, body);
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => request.socket.destroy(error as Error));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const standIn: StripeStandIn = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    counted: new Map(),
    requests: () => requests,
    fate: () => "answered",
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return standIn;
}

function problemOf(request: IncomingMessage, form: URLSearchParams): string | undefined {
  if (request.method !== "POST" || request.url !== "/v1/billing/meter_events") return "Unrecognized request URL.";
  if (form.get("event_name") !== "radist_sfu_participant_seconds") return "No active meter found.";
  if (!form.get("payload[stripe_customer_id]")?.startsWith("cus_")) return "Invalid customer.";
  if (!/^[1-9]\d*$/.test(form.get("payload[value]") ?? "")) return "Invalid value.";
  if (!/^[0-9a-f-]{36}$/.test(form.get("identifier") ?? "")) return "Invalid identifier.";
  const ageSeconds = Date.now() / 1_000 - Number(form.get("timestamp"));
  return ageSeconds > 35 * 86_400 || ageSeconds < -300 ? "Invalid timestamp." : undefined;
}
