const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * The source text of a member of a JSON object (RFC 8259), so that it can be passed on without being re-serialized:
 * numbers keep their digits, strings their escapes. Of members with the same name the last counts, as in JSON.parse.
 *
 * @param text a JSON object that JSON.parse has accepted
 */
export function memberSource(text: string, name: string): string | undefined {
  let found: string | undefined;
  let at = skipSpace(text, text.indexOf("{") + 1);
  while (text[at] === '"') {
    const keyEnd = skipString(text, at);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = skipValue(text, valueStart);
    if (isNamed(text.slice(at, keyEnd), name)) found = text.slice(valueStart, valueEnd);
    at = skipSpace(text, skipSpace(text, valueEnd) + 1);
  }
  return found;
}

const isNamed = (key: string, name: string): boolean =>
  key.includes("\\") ? JSON.parse(key) === name : key.length === name.length + 2 && key.startsWith(name, 1);

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text.charCodeAt(at) <= 0x20) at++;
  return at;
}

/** From an opening quote to after the closing one. */
function skipString(text: string, from: number): number {
  let at = from;
  do {
    at = text.indexOf('"', at + 1);
  } while (isEscaped(text, at));
  return at + 1;
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++;
  return backslashes % 2 === 1;
}

function skipValue(text: string, from: number): number {
  let depth = 0;
  let at = from;
  do {
    const character = text.charCodeAt(at);
    if (character === QUOTE) {
      at = skipString(text, at);
      continue;
    }
    if (character === 0x7b || character === 0x5b) depth++;
    else if (character === 0x7d || character === 0x5d) depth--;
    else if (depth === 0) return skipLiteral(text, at);
    at++;
  } while (depth > 0);
  return at;
}

/** To after a number, `true`, `false` or `null`. */
function skipLiteral(text: string, from: number): number {
  let at = from;
  while (at < text.length && !/[\s,\]}]/.test(text.charAt(at))) at++;
  return at;
}
