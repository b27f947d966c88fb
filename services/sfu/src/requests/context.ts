import {
  type ErrorCode,
  type PeerId,
  Refusal,
  type RoomClientMessage,
  type RoomServerMessage,
} from "@radist-tech/protocol";
import type { Limits } from "../config.ts";
import type { RoomState } from "../home/room-state.ts";
import type { PeerMedia } from "../media/peer-media.ts";
import type { PeerConsumer } from "../media/peer-objects.ts";
import type { Speakers } from "../media/speakers.ts";

/** All that a request handler may see. */
export interface RequestContext {
  /** The peer that asks. */
  readonly peerId: PeerId;
  readonly room: RoomState;
  /** @throws {Refusal} `unavailable` while the peer's transports are being replaced */
  readonly media: PeerMedia;
  readonly speakers: Pick<Speakers, "observe">;
  readonly limits: Limits;
}

export type Request<Type extends RoomClientMessage["type"]> = Extract<RoomClientMessage, { type: Type }>;
/** The answers to requests; everything else that a server sends is a notification. */
export type Reply = Extract<
  RoomServerMessage,
  {
    type:
      | "transport-connected"
      | "ice-restarted"
      | "produced"
      | "consumer-parameters"
      | "data-produced"
      | "data-consumer-parameters"
      | "stats"
      | "pong";
  }
>;

/**
 * Runs what depends on parameters that a client made up. Whatever the media worker finds wrong with them is the
 * client's to know, and no fault of the server's.
 *
 * @throws {Refusal} `invalid_message`
 */
export async function withParameters<T>(media: PeerMedia, field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || media.site.isClosed || !(error instanceof Error)) throw error;
    throw new Refusal("invalid_message", `${field}: ${sentence(error.message)}`, { cause: error });
  }
}

/**
 * Runs what depends on an object of another peer, which may be closed during the request: then it is not found.
 *
 * @throws {Refusal} `code`
 */
export async function unlessEnded<T>(isThere: () => boolean, code: ErrorCode, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isThere() ? error : new Refusal(code, undefined, { cause: error });
  }
}

/** The same, for a request about a consumer. */
export const unlessGone = <T>(media: PeerMedia, { producerId }: PeerConsumer, work: () => Promise<T>): Promise<T> =>
  unlessEnded(() => media.room.ownerOf(producerId) !== undefined, "consumer_not_found", work);

/**
 * Closes what was made for a peer that left during the request: its transport is closed already.
 *
 * @throws {Refusal} `unavailable`
 */
export function unlessLeft<T extends { close(): void }>(transport: { readonly closed: boolean }, made: T): T {
  if (!transport.closed) return made;
  made.close();
  throw new Refusal("unavailable");
}

/** The worker ends its messages with the method that failed, in brackets. */
const sentence = (message: string): string => `${message.replace(/ \[method:.*\]$/, "").slice(0, 300)}.`;
