import fc from "fast-check";

/**
 * Names that members share often, written in several ways, so that duplicates and look-alikes are frequent. None has a
 * backslash: V8 13.6 at times takes a name as it is written for such a name of another object.
 */
export const NAMES = [
  "payload",
  "type",
  "payloa",
  "payloads",
  "Payload",
  "",
  "__proto__",
  "toString",
  'a "b"',
] as const;

const space = fc.string({ unit: fc.constantFrom(" ", "\t", "\n", "\r"), maxLength: 2 });

/** One character of a JSON string as it may be written: itself, or any of its escapes. */
const written = fc.oneof(
  fc.constantFrom(...Array.from("{}[],:' \u2028\u2029\u00a0\ufeffé😀az09")),
  fc.constantFrom('\\"', "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\ud800", "\\uDFFF", "\\u0022"),
);
const text = fc.string({ unit: written, maxLength: 8 }).map((characters) => `"${characters}"`);

const writtenName = fc.constantFrom(...NAMES).chain((name) => {
  const characters = Array.from(name, (character) => {
    const plain = character === '"' || character === "\\" ? `\\${character}` : character;
    const escaped = `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
    return fc.oneof({ weight: 4, arbitrary: fc.constant(plain) }, { weight: 1, arbitrary: fc.constant(escaped) });
  });
  return fc.tuple(...characters).map((written) => `"${written.join("")}"`);
});

const scalar = fc.oneof(
  text,
  fc.constantFrom("0", "-0", "12345678901234567890.10", "-1.5e-7", "1E+400", "true", "false", "null"),
);

const { value, object } = fc.letrec<{ value: string; object: string }>((tie) => ({
  value: fc.oneof({ maxDepth: 4, withCrossShrink: true }, scalar, tie("object"), list(tie("value"))),
  object: fc.array(fc.tuple(space, writtenName, space, space, tie("value"), space), { maxLength: 5 }).chain((members) =>
    space.map((inside) => {
      const written = members.map(([a, name, b, c, value, d]) => `${a}${name}${b}:${c}${value}${d}`);
      return `{${members.length > 0 ? written.join(",") : inside}}`;
    }),
  ),
}));

function list(element: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .array(fc.tuple(space, element, space), { maxLength: 4 })
    .map((elements) => `[${elements.map((parts) => parts.join("")).join(",")}]`);
}

/** JSON texts (RFC 8259) of any value, in every way of writing them. */
export const jsonText: fc.Arbitrary<string> = fc.tuple(space, value, space).map((parts) => parts.join(""));

/** The same, of objects alone. */
export const jsonObjectText: fc.Arbitrary<string> = fc.tuple(space, object, space).map((parts) => parts.join(""));
