import { InvalidSubject } from "./errors.ts";

/** A token without separator, wildcards, white space and control characters, which would end the protocol's line. */
const TOKEN = /^[^\s.*>\p{Cc}]+$/u;

/** @throws {InvalidSubject} unless messages can be published to `subject`: non-empty tokens joined by dots */
export function assertSubject(subject: string): void {
  if (!subject.split(".").every((token) => TOKEN.test(token))) {
    throw new InvalidSubject(subject, "it takes non-empty tokens joined by dots, without white space and wildcards");
  }
}

/** @throws {InvalidSubject} unless `pattern` is a subject whose tokens may be `*`, and the last one `>` */
export function assertPattern(pattern: string): void {
  const tokens = pattern.split(".");
  const last = tokens.length - 1;
  if (!tokens.every((token, at) => TOKEN.test(token) || token === "*" || (token === ">" && at === last))) {
    throw new InvalidSubject(pattern, "`*` stands for a whole token and `>` only at the end");
  }
}

/** Compiles a pattern: `*` matches exactly one token, `>` one or more. */
export function matcher(pattern: string): (subject: string) => boolean {
  const wanted = pattern.split(".");
  const tail = wanted.at(-1) === ">";
  const fixed = tail ? wanted.slice(0, -1) : wanted;
  return (subject) => {
    const tokens = subject.split(".");
    const fits = tail ? tokens.length > fixed.length : tokens.length === fixed.length;
    return fits && fixed.every((token, at) => token === "*" || token === tokens[at]);
  };
}
