import { RadistError } from "./errors.ts";

/**
 * The JSON of an object or array in which everything arrives as it was: what JSON.stringify would turn into `{}` or leave out
 * (a Map, an Error, a function, bytes inside an object) is refused. A Date, or another object with `toJSON`, is what that says.
 *
 * @throws RadistError `invalid_argument`, which names the member
 */
export function jsonText(payload: unknown): string {
  if (typeof payload !== "object" || payload === null)
    throw refused("send() takes text, an object or array, or bytes.");
  const path = new Map<unknown, string>();
  let text: string | undefined;
  try {
    text = JSON.stringify(payload, function (this: unknown, key: string, value: unknown) {
      const holder = path.get(this);
      const name = holder === undefined ? "" : Array.isArray(this) ? `${holder}[${key}]` : `${holder}.${key}`;
      const problem = whyNotJson(value, Array.isArray(this));
      if (problem)
        throw refused(`${name === "" ? "The message" : `message${name}`} is ${problem}, which JSON cannot express.`);
      if (typeof value === "object" && value !== null) path.set(value, name);
      return value;
    });
  } catch (cause) {
    if (cause instanceof RadistError) throw cause;
    throw refused("The object cannot be expressed as JSON.", cause);
  }
  if (text === undefined) throw refused("The object cannot be expressed as JSON.");
  return text;
}

/** After `toJSON`. A member that is undefined is left out, as everybody expects; in an array it would become null. */
function whyNotJson(value: unknown, isElement: boolean): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
      return undefined;
    case "undefined":
      return isElement ? "undefined" : undefined;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      return value === null || Array.isArray(value) || isRecord(value) ? undefined : `a ${nameOf(value)}`;
    default:
      return `a ${typeof value}`;
  }
}

/** Objects of classes of the page's own are taken as records, those of the language and the browser are not. */
function isRecord(value: object): boolean {
  const tag = Object.prototype.toString.call(value);
  return tag === "[object Object]" && !(value instanceof Error);
}

const nameOf = (value: object): string => Object.prototype.toString.call(value).slice("[object ".length, -1);

function refused(message: string, cause?: unknown): RadistError {
  return new RadistError("invalid_argument", { message, cause });
}
