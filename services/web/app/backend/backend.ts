/** What the page's backend, which holds the secret key, answers. */
export interface PageConfig {
  readonly publicKey: string;
  readonly apiBaseUrl: string;
}

export class BackendError extends Error {
  /** Stable name of the failure, such as `call_terminated`; `offline` when there was no answer. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BackendError";
    this.code = code;
  }
}

let config: Promise<PageConfig> | undefined;

/** What the SDK needs to know; fetched once. */
export function pageConfig(): Promise<PageConfig> {
  config ??= ask<PageConfig>("GET", "/web/config").catch((error: unknown) => {
    config = undefined;
    throw error;
  });
  return config;
}

/** Creates a private call with a token for its first seat. */
export const createCall = (): Promise<{ callId: string; callToken: string }> => ask("POST", "/web/calls");

/** A token for a seat in an existing call. */
export async function mintCallToken(callId: string): Promise<string> {
  const { callToken } = await ask<{ callToken: string }>("POST", `/web/calls/${callId}/tokens`);
  return callToken;
}

/** Creates a room with a token for this person. */
export const createRoom = (name: string): Promise<{ roomId: string; roomToken: string }> =>
  ask("POST", "/web/rooms", joining(name));

/** A token for a seat in an existing room, under the name that the others see. */
export async function mintRoomToken(roomId: string, name: string): Promise<string> {
  const { roomToken } = await ask<{ roomToken: string }>("POST", `/web/rooms/${roomId}/tokens`, joining(name));
  return roomToken;
}

/** A user without a name is a guest. */
const joining = (name: string): { name?: string } => (name.trim() === "" ? {} : { name });

async function ask<T>(method: "GET" | "POST", path: string, body?: object): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      method,
      signal: AbortSignal.timeout(20_000),
      ...(body && { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
  } catch (cause) {
    throw new BackendError("offline", "The server could not be reached. Check your connection and try again.", {
      cause,
    });
  }
  const answer = (await response.json().catch(() => ({}))) as T & { error?: string; code?: string };
  if (response.ok) return answer;
  throw new BackendError(
    answer.code ?? "unavailable",
    answer.error ?? "Something went wrong on the server. Please try again in a moment.",
  );
}
