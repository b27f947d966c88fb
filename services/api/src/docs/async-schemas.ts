import { z } from "zod";

export type JsonSchema = Record<string, unknown>;

/** The schemas of messages as components of an AsyncAPI document, each once. */
export class AsyncSchemas {
  readonly components: Record<string, JsonSchema> = {};

  /** Describes messages by the ids of their schemas; the schemas themselves become components. */
  messages(options: readonly z.ZodObject[]): Record<string, unknown> {
    const described: Record<string, unknown> = {};
    for (const option of options) {
      const { id, description } = option.meta() ?? {};
      const type = option.shape.type;
      if (!id || !(type instanceof z.ZodLiteral)) throw new Error("A message needs an id and a literal type.");
      this.#collect(id, option);
      const payload = { $ref: `#/components/schemas/${id}` };
      described[id] = { name: String(type.value), summary: description, payload };
    }
    return described;
  }

  /**
   * Adds a schema and all that it refers to, as "input" for both directions: objects stay open to fields that later
   * versions add.
   */
  #collect(id: string, schema: z.ZodType): void {
    const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io: "input" });
    for (const [name, definition] of Object.entries({ [id]: own, ...$defs })) {
      const { id: _id, ...rest } = definition as JsonSchema;
      const component = relocated(rest);
      const known = this.components[name];
      if (known && JSON.stringify(known) !== JSON.stringify(component))
        throw new Error(`Two schemas are called ${name}.`);
      this.components[name] = component;
    }
  }
}

/** Definitions of one schema become components of the document. */
const relocated = (schema: JsonSchema): JsonSchema =>
  JSON.parse(JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;

/** The schema of a query, without references: bindings have no components to refer to. */
export function querySchema(schema: z.ZodType): JsonSchema {
  const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io: "input" });
  const text = JSON.stringify(own, (_key, value: unknown) => {
    const reference = value as { $ref?: string } | null;
    const name = typeof reference === "object" ? reference?.$ref?.split("/").at(-1) : undefined;
    return name === undefined ? value : { ...($defs[name] as JsonSchema), id: undefined };
  });
  return JSON.parse(text) as JsonSchema;
}
