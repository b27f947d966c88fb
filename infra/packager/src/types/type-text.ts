import { LEADING_MARKS } from "./comments.ts";

const OPENING = "{[(<";
const CLOSING = "}])>";

/** Splits a text at a separator that is in no brackets and no string. Empty parts are left out. */
export function splitAtTop(text: string, separator: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === '"') index = endOfString(text, index);
    else if (OPENING.includes(character)) depth++;
    // An arrow closes nothing.
    else if (CLOSING.includes(character) && !(character === ">" && text[index - 1] === "=")) depth--;
    else if (character === separator && depth === 0) {
      parts.push(text.slice(start, index));
      start = index + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part.replace(LEADING_MARKS, "") !== "");
}

function endOfString(text: string, start: number): number {
  for (let index = start + 1; index < text.length; index++) {
    if (text[index] === "\\") index++;
    else if (text[index] === '"') return index;
  }
  return text.length;
}

/** A member of an object type. */
export interface Member {
  /** Marks of its comments. */
  readonly marks: string;
  /** As it is written, in quotes where it needs them. */
  readonly key: string;
  readonly type: string;
}

/** The members of `{ … }`. */
export function membersOf(text: string): Member[] {
  return splitAtTop(text.trim().slice(1, -1), ";").map((member) => {
    const marks = LEADING_MARKS.exec(member)?.[0] ?? "";
    const [, key = "", type = ""] =
      /^(?:readonly )?("(?:[^"\\]|\\.)*"|[\w$]+)\??:\s*([\s\S]*)$/.exec(member.slice(marks.length)) ?? [];
    if (key === "") throw new Error(`This is no member of an object: ${member}`);
    return { marks: marks.trim(), key, type };
  });
}
