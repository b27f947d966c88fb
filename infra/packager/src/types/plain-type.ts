import { membersOf, splitAtTop } from "./type-text.ts";

/** What a schema takes, or what it makes of that. */
export type Direction = "input" | "output";

const SCALARS: Readonly<Record<string, string>> = {
  ZodString: "string",
  ZodUUID: "string",
  ZodURL: "string",
  ZodISODateTime: "string",
  ZodNumber: "number",
  ZodInt: "number",
  ZodBoolean: "boolean",
  ZodUnknown: "unknown",
  ZodNull: "null",
};

/**
 * The type that a zod schema stands for, as one would write it by hand, so that users of a package need no zod.
 *
 * @param schema the schema's own type, as `tsc` prints it
 * @throws when there is something in it that this does not know
 */
export function plainType(schema: string, direction: Direction, indent = ""): string {
  const [, name = "", list = ""] = /^z\.(?:core\.\$)?(\w+)(?:<([\s\S]*)>)?$/.exec(schema.trim()) ?? [];
  const parts = splitAtTop(list, ",");
  const [first = "", second = ""] = parts;
  const plain = (part: string): string => plainType(part, direction, indent);
  switch (name) {
    case "ZodObject":
      return objectType(first, direction, indent);
    case "ZodEnum":
      return union(membersOf(first).map(({ type }) => type));
    case "ZodLiteral":
      return first;
    case "ZodArray":
      return arrayOf(plain(first));
    case "ZodTuple":
      return `[${splitAtTop(first.slice(1, -1), ",").map(plain).join(", ")}]`;
    case "ZodUnion":
    case "ZodDiscriminatedUnion":
      return union(splitAtTop(first.replace(/^readonly /, "").slice(1, -1), ",").map(plain));
    case "ZodIntersection":
      return [first, second].map((part) => inParentheses(plain(part))).join(" & ");
    case "ZodRecord":
      return `Record<${plain(first)}, ${plain(second)}>`;
    case "ZodNullable":
      return union([plain(first), "null"]);
    case "ZodOptional":
    case "ZodDefault":
    case "ZodBranded":
      return plain(first);
    case "ZodType":
      return first === "z.JSONType" ? "Json" : unknownSchema(schema);
    default:
      return SCALARS[name] ?? unknownSchema(schema);
  }
}

/** What `Json` is, for those who refer to it. */
export const JSON_TYPE = `type Json = string | number | boolean | null | Json[] | {
    [key: string]: Json;
};`;

function objectType(members: string, direction: Direction, indent: string): string {
  const inner = `${indent}    `;
  const lines = membersOf(members).map(({ marks, key, type }) => {
    const optional = type.startsWith("z.ZodOptional<") || (direction === "input" && type.startsWith("z.ZodDefault<"));
    const text = plainType(type, direction, inner);
    const comment = marks === "" ? "" : `${inner}${marks}\n`;
    return `${comment}${inner}${key}${optional ? `?: ${text} | undefined` : `: ${text}`};`;
  });
  return lines.length === 0 ? "Record<string, never>" : `{\n${lines.join("\n")}\n${indent}}`;
}

const union = (types: readonly string[]): string => [...new Set(types)].join(" | ");

const isCompound = (type: string): boolean => splitAtTop(type, "|").length > 1 || splitAtTop(type, "&").length > 1;

const inParentheses = (type: string): string => (isCompound(type) ? `(${type})` : type);

const arrayOf = (type: string): string => `${inParentheses(type)}[]`;

function unknownSchema(schema: string): never {
  throw new Error(`A public type is made of a schema that has no plain form yet: ${schema.slice(0, 200)}`);
}
