import {
  JoinQuery,
  P2P_SOCKET_PATH,
  P2PClientMessage,
  type P2PFeature,
  P2PServerMessage,
  ReconnectQuery,
  ROOM_SOCKET_PATH,
  RoomClientMessage,
  type RoomFeature,
  RoomJoinQuery,
  RoomResumeQuery,
  RoomServerMessage,
} from "@radist-tech/protocol";
import type { z } from "zod";
import { AsyncSchemas, querySchema } from "./async-schemas.ts";
import { callCloseCodes, roomCloseCodes } from "./close-codes.ts";

const ICE = "Other STUN and TURN servers before the credentials of the present ones run out: ice-servers.";

const P2P_FEATURES: Readonly<Record<P2PFeature, string>> = { ice: ICE };

/** Further messages to a client of the room socket whose URL asks for them. */
const FEATURES: Readonly<Record<RoomFeature, string>> = {
  presence:
    "Newcomers before they publish (peer-joined), and who is away for a while (peer-disconnected, peer-resumed).",
  media:
    "Changes of what is sent and received: producer-paused, producer-resumed, producer-closed, consumer-layers-changed, consumer-score, active-speaker.",
  resume: "A socket that is lost can be replaced within 30 s: room-joined carries a resumeToken.",
  data: "Data channels of others: new-data-producer, data-producer-closed.",
  layers: "The layers of the own video that anybody takes: producer-layers.",
  levels: "How loud the loudest voices are: audio-levels. A client can ask for them later, too: set-audio-levels.",
  ice: ICE,
  red: "No messages: audio/red (RFC 2198) beside audio/opus in routerRtpCapabilities, and in what such clients send and get.",
};

/** The AsyncAPI 3.0 document of the two sockets, from the schemas that validate their frames. */
export function asyncApiDocument() {
  const schemas = new AsyncSchemas();
  const call = {
    received: schemas.messages(P2PClientMessage.options),
    sent: schemas.messages(P2PServerMessage.options),
  };
  const room = {
    received: schemas.messages(RoomClientMessage.options),
    sent: schemas.messages(RoomServerMessage.options),
  };
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Radist signaling",
      version: "1",
      description:
        "The WebSockets of calls, which bring two peers together, and of rooms, whose media goes through servers. Frames are text, each a JSON object.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    channels: {
      p2p: {
        address: P2P_SOCKET_PATH,
        title: "P2P call",
        description:
          "Connect with publicKey and callToken to take a seat, or with publicKey, callId, peerId and reconnectToken to come back. `features` names, with commas between, what the client wants to be told besides. A refused connection is told by an error message and then closed.",
        messages: references({ ...call.received, ...call.sent }),
        bindings: ws(JoinQuery, ReconnectQuery),
        "x-features": P2P_FEATURES,
        "x-close-codes": callCloseCodes(),
      },
      room: {
        address: ROOM_SOCKET_PATH,
        title: "Room",
        description:
          "Connect with publicKey and roomToken to take a place, or with publicKey, roomId, peerId and resumeToken to come back. `features` names, with commas between, what the client wants to be told besides. A request may carry a requestId, which its answer or error echoes. A refused connection is told by an error message and then closed.",
        messages: references({ ...room.received, ...room.sent }),
        bindings: ws(RoomJoinQuery, RoomResumeQuery),
        "x-features": FEATURES,
        "x-close-codes": roomCloseCodes(),
      },
    },
    operations: {
      fromClient: operation("receive", "What a client in a call may send", "p2p", call.received),
      toClient: operation("send", "What a client in a call hears", "p2p", call.sent),
      fromRoomClient: operation("receive", "What a client in a room may send", "room", room.received),
      toRoomClient: operation("send", "What a client in a room hears", "room", room.sent),
    },
    components: {
      messages: { ...call.received, ...call.sent, ...room.received, ...room.sent },
      schemas: schemas.components,
    },
  };
}

const references = (messages: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]));

const operation = (action: string, summary: string, channel: string, messages: Record<string, unknown>) => ({
  action,
  summary,
  channel: { $ref: `#/channels/${channel}` },
  messages: Object.keys(messages).map((name) => ({ $ref: `#/channels/${channel}/messages/${name}` })),
});

const ws = (...queries: z.ZodType[]) => ({
  ws: { method: "GET", query: { type: "object", anyOf: queries.map(querySchema) } },
});
