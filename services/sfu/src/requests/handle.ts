import type { RoomClientMessage } from "@radist-tech/protocol";
import * as consumers from "./consumers.ts";
import type { Reply, RequestContext } from "./context.ts";
import * as data from "./data.ts";
import * as e2ee from "./e2ee.ts";
import * as levels from "./levels.ts";
import * as producers from "./producers.ts";
import * as transports from "./transports.ts";

/**
 * Does what a client asks for.
 *
 * @returns the reply, if the request has one of its own
 * @throws {Refusal}
 */
export async function handle(context: RequestContext, message: RoomClientMessage): Promise<Reply | undefined> {
  switch (message.type) {
    case "connect-transport":
      return transports.connect(context, message);
    case "restart-ice":
      return transports.restartIce(context, message);
    case "get-stats":
      return transports.stats(context, message);
    case "produce":
      return producers.produce(context, message);
    case "pause-producer":
      return producers.pause(context, message, true);
    case "resume-producer":
      return producers.pause(context, message, false);
    case "close-producer":
      return producers.close(context, message);
    case "consume":
      return consumers.consume(context, message);
    case "pause-consumer":
      return consumers.pause(context, message, true);
    case "resume-consumer":
      return consumers.pause(context, message, false);
    case "close-consumer":
      return consumers.close(context, message);
    case "set-preferred-layer":
      return consumers.setPreferredLayer(context, message);
    case "set-priority":
      return consumers.setPriority(context, message);
    case "set-view":
      return consumers.setView(context, message);
    case "set-audio-levels":
      return levels.setAudioLevels(context, message);
    case "produce-data":
      return data.produceData(context, message);
    case "consume-data":
      return data.consumeData(context, message);
    case "resume-data-consumer":
      return data.resumeDataConsumer(context, message);
    case "close-data-producer":
      return data.closeDataProducer(context, message);
    case "close-data-consumer":
      return data.closeDataConsumer(context, message);
    case "e2ee-announce":
      return e2ee.announce(context, message);
    case "e2ee-key":
      return e2ee.sendKey(context, message);
    case "e2ee-request-key":
      return e2ee.requestKey(context, message);
    case "leave-room":
    // The node that holds the socket counts it.
    case "ice-failure":
      return undefined;
    // The node that holds the socket answers; one of the release before this passes it on.
    case "ping":
      return { type: "pong" };
  }
}
