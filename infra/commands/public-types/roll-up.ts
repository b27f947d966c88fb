import { dirname, join } from "node:path/posix";
import { type Declaration, type Declarations, readDeclarations, referredNames } from "./declarations.ts";

/** The text of the module at this path, or undefined where it is none of ours. */
export type ReadModule = (path: string) => string | undefined;

interface Found {
  readonly path: string;
  readonly declarations: readonly Declaration[];
}

/**
 * All that a package's users can name or be given, as one text that does not depend on how its files are called.
 *
 * @param entry path of the package's `index.d.ts`
 * @param doors path of the module behind each import that is not relative
 */
export function rollUp(entry: string, doors: ReadonlyMap<string, string>, read: ReadModule): string {
  const modules = new Map<string, Declarations>();
  const external = new Set<string>();

  const moduleAt = (path: string): Declarations => {
    const known = modules.get(path);
    if (known) return known;
    const text = read(path);
    if (text === undefined) throw new Error(`No declarations were emitted for ${path}.`);
    const module = readDeclarations(text);
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

  const exported = [...moduleAt(entry).reexports.keys()].toSorted();
  const shown = new Map<Declaration, { readonly isExported: boolean }>();
  const visit = (found: Found | undefined, isExported: boolean): void => {
    for (const declaration of found?.declarations ?? []) {
      if (shown.has(declaration)) continue;
      shown.set(declaration, { isExported });
      for (const name of referredNames(declaration)) visit(find(found?.path ?? "", name), exported.includes(name));
    }
  };
  for (const name of exported) visit(find(entry, name), true);

  const part = (wanted: boolean): string[] =>
    [...shown]
      .filter(([, { isExported }]) => isExported === wanted)
      .map(([{ name, text }]) => ({ name, text: text.replace(/^(export )?(declare )?/, wanted ? "export " : "") }))
      .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.text < b.text ? -1 : 1))
      .map(({ text }) => text);
  return [
    [...external]
      .toSorted()
      .map((line) => `import ${line}`)
      .join("\n"),
    ...part(true),
    "// Reached by what is exported, and without a name of its own outside:",
    ...part(false),
  ]
    .filter((text) => text !== "")
    .join("\n\n")
    .concat("\n");
}
