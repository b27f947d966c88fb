/** Documentation comments of a text, set aside while the text is read: their words are not code. */
export interface SetAside {
  /** The text with a mark in the place of each comment. */
  readonly text: string;
  readonly comments: readonly string[];
}

const COMMENT = /\/\*\*[\s\S]*?\*\//g;
const MARK = /\/\*\d+\*\/ ?/g;

/** A mark at the beginning of a text, and the white space around it. */
export const LEADING_MARKS = /^(?:\s*\/\*\d+\*\/\s*)+/;

/** @param first the number of the first mark */
export function setCommentsAside(text: string, first = 0): SetAside {
  const comments: string[] = [];
  return { text: text.replace(COMMENT, (comment) => `/*${first + comments.push(comment) - 1}*/`), comments };
}

/** Puts comments back, each indented as its mark is. */
export function putCommentsBack(text: string, comments: readonly string[]): string {
  return text.replace(/^([ \t]*)\/\*(\d+)\*\//gm, (_all, indent: string, number: string) => {
    const lines = (comments[Number(number)] ?? "").split("\n").map((line) => line.trim());
    return lines.map((line) => indent + (line.startsWith("*") ? ` ${line}` : line)).join("\n");
  });
}

/** Takes the marks out, with the lines that had nothing else, and as `tsc` would have printed it without comments. */
export function withoutMarks(text: string): string {
  return text
    .replace(/^[ \t]*\/\*\d+\*\/\n/gm, "")
    .replace(MARK, "")
    .replace(/\}\n \| \{/g, "} | {");
}
