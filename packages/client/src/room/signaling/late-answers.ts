import type { RoomServerMessage } from "@radist-tech/protocol";
import type { RoomRequest } from "./requests.ts";

/**
 * What an answer has created on the platform that nobody here waits for any more: it is closed again, since the request
 * was repeated or given up. Undefined for every other message.
 */
export function closeLateObject(message: RoomServerMessage): RoomRequest | undefined {
  switch (message.type) {
    case "produced":
      return { type: "close-producer", producerId: message.producerId };
    case "consumer-parameters":
      return { type: "close-consumer", consumerId: message.consumerId };
    case "data-produced":
      return { type: "close-data-producer", dataProducerId: message.dataProducerId };
    case "data-consumer-parameters":
      return { type: "close-data-consumer", dataConsumerId: message.dataConsumerId };
    default:
      return undefined;
  }
}
