import { expect, test } from "vitest";
import { rollUp } from "./roll-up.ts";

const FILES: Record<string, string> = {
  "sdk/index.d.ts": `export { type Options, Client } from "./client.ts";
export type { Snapshot } from "@own/protocol";
`,
  "sdk/client.d.ts": `import type { Reader } from "some-library";
import { type Handler as OnEvent } from "./events.ts";
import { Hidden } from "./hidden.ts";
export interface Options {
    readonly label: "Hidden";
    readonly Hidden?: string;
    open(path: {
        readonly from: string;
    }): Reader;
}
export declare class Client {
    #private;
    on(handler: OnEvent<"close">): void;
}
`,
  "sdk/events.d.ts": `interface Event {
    readonly name: string;
}
export type Handler<Name extends string> = (event: Event & {
    readonly name: Name;
}) => void;
export {};
`,
  "protocol/index.d.ts": `export * from "./errors.ts";
export * from "./call.ts";
`,
  "protocol/errors.d.ts": "export declare const ERRORS: {};\n",
  "protocol/call.d.ts": `import { z } from "zod";
export declare const Snapshot: z.ZodString;
export type Snapshot = z.infer<typeof Snapshot>;
`,
};

test("shows what users can name, what that is made of, and nothing else", () => {
  const doors = new Map([["@own/protocol", "protocol/index.d.ts"]]);
  expect(rollUp("sdk/index.d.ts", doors, (path) => FILES[path])).toBe(`import { Reader } from "some-library"
import { z } from "zod"

export class Client {
    #private;
    on(handler: OnEvent<"close">): void;
}

export interface Options {
    readonly label: "Hidden";
    readonly Hidden?: string;
    open(path: {
        readonly from: string;
    }): Reader;
}

export const Snapshot: z.ZodString;

export type Snapshot = z.infer<typeof Snapshot>;

// Reached by what is exported, and without a name of its own outside:

interface Event {
    readonly name: string;
}

type Handler<Name extends string> = (event: Event & {
    readonly name: Name;
}) => void;
`);
});

test("a module without declarations is an error, not an empty report", () => {
  const files: Record<string, string> = { "sdk/index.d.ts": 'export { gone } from "./gone.ts";\n' };
  expect(() => rollUp("sdk/index.d.ts", new Map(), (path) => files[path])).toThrow("sdk/gone.d.ts");
});
