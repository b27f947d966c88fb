import { LEADING_MARKS } from "./comments.ts";

/** One top-level declaration of a `.d.ts` file, as `tsc` prints it. */
export interface Declaration {
  readonly name: string;
  readonly text: string;
}

/** Where a name that a module uses or exports comes from. */
export interface Source {
  readonly from: string;
  /** As that module calls it; `*` for all of its exports in one object. */
  readonly name: string;
}

/** A `.d.ts` file, read. */
export interface Declarations {
  readonly own: readonly Declaration[];
  readonly imports: ReadonlyMap<string, Source>;
  readonly reexports: ReadonlyMap<string, Source>;
  /** Modules of which everything is exported again. */
  readonly wholesale: readonly string[];
}

const DECLARATION =
  /^(?:export )?(?:declare )?(?:abstract )?(?:interface|type|class|const|function|enum)\s+([A-Za-z_$][\w$]*)/;

/**
 * Reads what `tsc` emits, its comments set aside. It prints one form of everything, so that this needs no parser.
 */
export function readDeclarations(text: string): Declarations {
  const own: Declaration[] = [];
  const imports = new Map<string, Source>();
  const reexports = new Map<string, Source>();
  const wholesale: string[] = [];
  for (const marked of statements(text)) {
    const statement = marked.replace(LEADING_MARKS, "");
    const name = DECLARATION.exec(statement)?.[1];
    if (name !== undefined) {
      own.push({ name, text: marked });
      continue;
    }
    const from = /from "([^"]+)";$/.exec(statement)?.[1];
    if (from === undefined) continue;
    if (statement.startsWith("export *")) wholesale.push(from);
    const target = statement.startsWith("import") ? imports : reexports;
    const whole = /^import (?:type )?\* as ([\w$]+)/.exec(statement)?.[1];
    if (whole !== undefined) target.set(whole, { from, name: "*" });
    for (const item of /\{([^}]*)\}/.exec(statement)?.[1]?.split(",") ?? []) {
      const [theirs = "", ours = theirs] = item
        .trim()
        .replace(/^type /, "")
        .split(" as ");
      if (theirs !== "") target.set(ours, { from, name: theirs });
    }
  }
  return { own, imports, reexports, wholesale };
}

/** What ends with its last bracket. All else ends with a semicolon, and may have brackets before. */
const BRACKETED = /^(?:export )?(?:declare )?(?:abstract )?(?:interface|class|enum)\b/;

/** Top-level statements: each begins at the margin, and ends with the line that closes its last bracket. */
function statements(text: string): string[] {
  const found: string[] = [];
  let open: string[] = [];
  let depth = 0;
  for (const line of text.split("\n")) {
    if (line.trim() === "" || line.startsWith("//")) continue;
    open.push(line);
    // Type arguments are not counted: an arrow ends in one, too.
    for (const character of line.replaceAll(/"(?:[^"\\]|\\.)*"/g, "")) {
      if ("{[(".includes(character)) depth++;
      if ("}])".includes(character)) depth--;
    }
    const isBracketed = BRACKETED.test(open.join("\n").replace(LEADING_MARKS, ""));
    if (depth > 0 || !line.endsWith(isBracketed ? "}" : ";")) continue;
    found.push(open.join("\n"));
    open = [];
  }
  return found;
}

/** The names that a declaration may refer to: its words without strings, members and parameters. */
export function referredNames({ name, text }: Declaration): ReadonlySet<string> {
  const words = text.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/(?<![\w$.#])[A-Za-z_$][\w$]*(?!\s*\??:|[\w$(])/g);
  const names = new Set([...words].map(([word]) => word));
  names.delete(name);
  return names;
}
