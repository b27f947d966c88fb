import { type ErrorCode, Refusal, type RoomClientMessage, type RoomServerMessage } from "@radist-tech/protocol";
import type { LivePeer } from "../home/live-peer.ts";
import type { LiveRoom } from "../home/room-home.ts";
import type { OwnConsumer, PeerMedia } from "../media/peer-media.ts";

/** Who asks, where. */
export interface Asked {
  readonly room: LiveRoom;
  readonly peer: LivePeer;
}

export type Request<Type extends RoomClientMessage["type"]> = Extract<RoomClientMessage, { type: Type }>;
/** The answers; everything else that a server sends is news. */
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
      | "stats";
  }
>;

/** @throws {Refusal} `unavailable` while the peer's media is built anew */
export function mediaOf({ peer }: Asked): PeerMedia {
  if (!peer.media) throw new Refusal("unavailable", "Your transports are being built anew.");
  return peer.media;
}

/**
 * Runs what depends on parameters that a client made up. Whatever the media worker finds wrong with them is the
 * client's to know, and nobody else's concern.
 *
 * @throws {Refusal} `invalid_message`
 */
export async function withParameters<T>(media: PeerMedia, field: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal || media.place.router.closed || !(error instanceof Error)) throw error;
    throw new Refusal("invalid_message", `${field}: ${sentence(error.message)}`, { cause: error });
  }
}

/**
 * Runs what depends on something of another peer, which may end meanwhile: then it was found, and is no more.
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

/** The same, for what is asked of a consumer. */
export const unlessGone = <T>({ room }: Asked, { producerId }: OwnConsumer, work: () => Promise<T>): Promise<T> =>
  unlessEnded(() => room.producerOwners.has(producerId), "consumer_not_found", work);

/**
 * Ends what was made for a peer that left meanwhile: its transport is closed, and will not end it.
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
