import {
  CALL_LEFT_CLOSE,
  ERRORS,
  type ErrorSpec,
  JoinQuery,
  P2P_SOCKET_PATH,
  P2PClientMessage,
  P2PServerMessage,
  ReconnectQuery,
} from "@radist-tech/protocol";
import { z } from "zod";

type JsonSchema = Record<string, unknown>;

/** The AsyncAPI 3.0 document of the P2P signaling socket, from the schemas that validate its frames. */
export function asyncApiDocument() {
  const schemas: Record<string, JsonSchema> = {};
  const received = messages(P2PClientMessage.options, schemas);
  const sent = messages(P2PServerMessage.options, schemas);
  const refs = (of: Record<string, unknown>, base: string) =>
    Object.keys(of).map((name) => ({ $ref: `${base}/${name}` }));
  return {
    asyncapi: "3.0.0",
    info: {
      title: "Radist signaling",
      version: "1",
      description: "The WebSocket that brings the two peers of a call together. Frames are text, each a JSON object.",
      license: { name: "MIT" },
    },
    defaultContentType: "application/json",
    channels: {
      p2p: {
        address: P2P_SOCKET_PATH,
        title: "P2P call",
        description:
          "Connect with publicKey and callToken to take a seat, or with publicKey, callId, peerId and reconnectToken to come back. A refused connection is told by an error message and then closed.",
        messages: { ...refsByName(received), ...refsByName(sent) },
        bindings: {
          ws: {
            method: "GET",
            query: { type: "object", anyOf: [querySchema(JoinQuery), querySchema(ReconnectQuery)] },
          },
        },
        "x-close-codes": closeCodes(),
      },
    },
    operations: {
      fromClient: {
        action: "receive",
        summary: "What a client may send",
        channel: { $ref: "#/channels/p2p" },
        messages: refs(received, "#/channels/p2p/messages"),
      },
      toClient: {
        action: "send",
        summary: "What a client hears",
        channel: { $ref: "#/channels/p2p" },
        messages: refs(sent, "#/channels/p2p/messages"),
      },
    },
    components: { messages: { ...received, ...sent }, schemas },
  };
}

const refsByName = (messages: Record<string, unknown>) =>
  Object.fromEntries(Object.keys(messages).map((name) => [name, { $ref: `#/components/messages/${name}` }]));

/** Describes messages by the ids of their schemas; the schemas themselves are put into `schemas`. */
function messages(options: readonly z.ZodObject[], schemas: Record<string, JsonSchema>) {
  const described: Record<string, unknown> = {};
  for (const option of options) {
    const { id, description } = option.meta() ?? {};
    const type = option.shape.type;
    if (!id || !(type instanceof z.ZodLiteral)) throw new Error("A message needs an id and a literal type.");
    collect(id, option, schemas);
    described[id] = { name: String(type.value), summary: description, payload: { $ref: `#/components/schemas/${id}` } };
  }
  return described;
}

/**
 * Adds a schema and all that it refers to, as "input" for both directions: objects stay open to fields that later
 * versions add.
 */
function collect(id: string, schema: z.ZodType, schemas: Record<string, JsonSchema>): void {
  const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io: "input" });
  for (const [name, definition] of Object.entries({ [id]: own, ...$defs })) {
    const { id: _id, ...rest } = definition as JsonSchema;
    schemas[name] = relocated(rest);
  }
}

/** Definitions of one schema become components of the document. */
const relocated = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;

function querySchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io: "input" });
  const text = JSON.stringify(own, (_key, value: unknown) => {
    const reference = value as { $ref?: string } | null;
    const name = typeof reference === "object" ? reference?.$ref?.split("/").at(-1) : undefined;
    return name === undefined ? value : { ...($defs[name] as JsonSchema), id: undefined };
  });
  return JSON.parse(text) as JsonSchema;
}

/** What each close code of the socket means, by code. */
function closeCodes(): Record<string, string[]> {
  const meanings: Record<string, string[]> = {};
  const add = (code: number, meaning: string): void => {
    meanings[code] = [...(meanings[code] ?? []), meaning];
  };
  for (const [reason, code] of Object.entries(CALL_LEFT_CLOSE)) add(code, `call_left ${reason}`);
  for (const [name, spec] of Object.entries<ErrorSpec>(ERRORS)) {
    const code = spec.close ?? spec.closeWhenRepeated;
    if (code !== undefined) add(code, `${name}: ${spec.message}`);
  }
  return meanings;
}
