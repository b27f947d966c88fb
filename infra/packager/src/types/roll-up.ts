import { dirname, join } from "node:path/posix";
import { LEADING_MARKS, putCommentsBack, setCommentsAside, withoutMarks } from "./comments.ts";
import { type Declaration, type Declarations, readDeclarations, referredNames } from "./declarations.ts";
import { JSON_TYPE, plainType } from "./plain-type.ts";
import { membersOf } from "./type-text.ts";

/** The text of the module at this path, or undefined where it is none of ours. */
export type ReadModule = (path: string) => string | undefined;

interface Found {
  readonly path: string;
  readonly declarations: readonly Declaration[];
}

/** All that a package's users can name or be given, sorted, with marks in the place of comments. */
export interface RolledUp {
  /** What stands behind `import`, a line each. */
  readonly imports: readonly string[];
  /** What users can name. */
  readonly exported: readonly Declaration[];
  /** What that refers to. */
  readonly reached: readonly Declaration[];
  readonly comments: readonly string[];
}

const SCHEMA = /^(?:export )?declare const [\w$]+: (z\.[\s\S]*);$/;

/**
 * Gathers the declarations that a package's users can name, and those that they refer to, from all modules. What is
 * inferred from zod schemas is written out.
 *
 * @param entry path of the package's `index.d.ts`
 * @param doors path of the module behind each import that is not relative
 */
export function rollUp(entry: string, doors: ReadonlyMap<string, string>, read: ReadModule): RolledUp {
  const modules = new Map<string, Declarations>();
  const comments: string[] = [];
  const external = new Set<string>();

  const moduleAt = (path: string): Declarations => {
    const known = modules.get(path);
    if (known) return known;
    const text = read(path);
    if (text === undefined) throw new Error(`No declarations were emitted for ${path}.`);
    const aside = setCommentsAside(text, comments.length);
    comments.push(...aside.comments);
    const module = readDeclarations(aside.text);
    modules.set(path, module);
    return module;
  };

  const target = (from: string, specifier: string): string | undefined =>
    specifier.startsWith(".") ? join(dirname(from), specifier.replace(/\.[jt]s$/, ".d.ts")) : doors.get(specifier);

  /** Where the declarations of a name are that a module has, by its own right or from another one. */
  const find = (path: string, name: string): Found | undefined => {
    const { own, imports, reexports, wholesale } = moduleAt(path);
    const declarations = own.filter((declaration) => declaration.name === name);
    if (declarations.length > 0) return { path, declarations };
    const source = reexports.get(name) ?? imports.get(name);
    if (source) {
      const next = target(path, source.from);
      if (next !== undefined) return find(next, source.name);
      external.add(source.name === "*" ? `* as ${name} from "${source.from}"` : `{ ${name} } from "${source.from}"`);
      return undefined;
    }
    for (const from of wholesale) {
      const next = target(path, from);
      const found = next === undefined ? undefined : find(next, name);
      if (found) return found;
    }
    return undefined;
  };

  /** The type of the constant that a module calls so. */
  const typeOfConstant = (path: string, name: string): string => {
    for (const { text } of find(path, name)?.declarations ?? []) {
      const type = /^(?:export )?declare const [\w$]+: ([\s\S]*);$/.exec(text.replace(LEADING_MARKS, ""))?.[1];
      if (type !== undefined) return type;
    }
    throw new Error(`There is no constant ${name} in ${path}.`);
  };

  const writtenOut = (path: string, text: string): string =>
    text
      .replace(/z\.(infer|output|input)<typeof ([\w$]+)>/g, (_all, how: string, name: string) =>
        plainType(typeOfConstant(path, name), how === "input" ? "input" : "output"),
      )
      .replace(/keyof typeof ([\w$]+)/g, (_all, name: string) =>
        membersOf(typeOfConstant(path, name))
          .map(({ key }) => (key.startsWith('"') ? key : `"${key}"`))
          .join(" | "),
      );

  const names = [...moduleAt(entry).reexports.keys()];
  const shown = new Map<Declaration, Declaration>();
  const visit = (found: Found | undefined): void => {
    for (const declaration of found?.declarations ?? []) {
      if (shown.has(declaration) || SCHEMA.test(declaration.text.replace(LEADING_MARKS, ""))) continue;
      const { name } = declaration;
      const written = { name, text: writtenOut(found?.path ?? "", declaration.text) };
      shown.set(declaration, written);
      for (const referred of referredNames(written)) visit(find(found?.path ?? "", referred));
    }
  };
  for (const name of names) visit(find(entry, name));

  const all = [...shown.values()];
  if (all.some((declaration) => referredNames(declaration).has("Json"))) all.push({ name: "Json", text: JSON_TYPE });
  refuseDoubles(all);
  const sorted = all
    .map(({ name, text }) => ({ name, text: text.replace(/^((?:\/\*\d+\*\/\s*)*)(?:export )?(?:declare )?/, "$1") }))
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.text < b.text ? -1 : 1));
  return {
    imports: [...external].toSorted(),
    exported: sorted.filter(({ name }) => names.includes(name)),
    reached: sorted.filter(({ name }) => !names.includes(name)),
    comments,
  };
}

/** Overloads of a function aside, two of one name would be one. */
function refuseDoubles(declarations: readonly Declaration[]): void {
  const seen = new Set<string>();
  for (const { name, text } of declarations) {
    if (/^(?:export )?declare function/.test(text.replace(LEADING_MARKS, ""))) continue;
    if (seen.has(name)) throw new Error(`Two modules declare ${name}, and users reach both: rename one.`);
    seen.add(name);
  }
}

/** One text that does not depend on how files are called, for comparison. */
export function reportOf({ imports, exported, reached }: RolledUp): string {
  const parts = [
    imports.map((line) => `import ${line}`).join("\n"),
    ...exported.map(({ text }) => `export ${withoutMarks(text)}`),
    "// Reached by what is exported, and without a name of its own outside:",
    ...reached.map(({ text }) => withoutMarks(text)),
  ];
  return `${parts.filter((text) => text !== "").join("\n\n")}\n`;
}

/** A module of declarations, with their documentation. */
export function moduleOf({ imports, exported, reached, comments }: RolledUp): string {
  const declared = ({ text }: Declaration, how: string): string => {
    const marks = LEADING_MARKS.exec(text)?.[0] ?? "";
    const code = text.slice(marks.length);
    const ambient = /^(?:interface|type)\b/.test(code) ? "" : "declare ";
    return putCommentsBack(`${marks}${how}${ambient}${code}`, comments);
  };
  const parts = [
    imports.map((line) => `import ${line};`).join("\n"),
    ...exported.map((declaration) => declared(declaration, "export ")),
    ...reached.map((declaration) => declared(declaration, "")),
    // Without it everything would be exported.
    "export {};",
  ];
  return `${parts.filter((text) => text !== "").join("\n\n")}\n`;
}
