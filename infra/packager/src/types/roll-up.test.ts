import { expect, test } from "vitest";
import { moduleOf, reportOf, rollUp } from "./roll-up.ts";

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

const DOORS = new Map([["@own/protocol", "protocol/index.d.ts"]]);
const rolledUp = (files = FILES) => rollUp("sdk/index.d.ts", DOORS, (path) => files[path]);

test("shows what users can name, what that is made of, and nothing else", () => {
  expect(reportOf(rolledUp())).toBe(`import { Reader } from "some-library"

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

export type Snapshot = string;

// Reached by what is exported, and without a name of its own outside:

interface Event {
    readonly name: string;
}

type Handler<Name extends string> = (event: Event & {
    readonly name: Name;
}) => void;
`);
});

test("writes out what is inferred from schemas and tables, with what is said about it", () => {
  const files = {
    ...FILES,
    "protocol/errors.d.ts": `export declare const ERRORS: {
    readonly call_full: {
        readonly status: 409;
    };
    readonly unavailable: {
        readonly status: 503;
    };
};
/** Stable names. */
export type Snapshot = keyof typeof ERRORS | z.input<typeof Request>["peers"];
/** Not (yet "closed. */
export declare const Request: z.ZodObject<{
    /** At least one. */
    peers: z.ZodDefault<z.ZodArray<z.ZodUnion<readonly [z.ZodString, z.ZodNull]>>>;
    id: z.core.$ZodBranded<z.ZodUUID, "CallId", "out">;
    state: z.ZodOptional<z.ZodNullable<z.ZodEnum<{
        on: "on";
        off: "off";
    }>>>;
}, z.core.$strip>;
`,
  };
  expect(
    moduleOf(rolledUp(files))
      .split("\n\n")
      .find((part) => part.includes("Snapshot")),
  ).toBe(`/** Stable names. */
export type Snapshot = "call_full" | "unavailable" | {
    /** At least one. */
    peers?: (string | null)[] | undefined;
    id: string;
    state?: "on" | "off" | null | undefined;
}["peers"];`);
});

test("refuses a schema that it cannot write out, and two types of one name", () => {
  const schema =
    "export declare const Snapshot: z.ZodPromise<z.ZodString>;\nexport type Snapshot = z.infer<typeof Snapshot>;\n";
  expect(() => rolledUp({ ...FILES, "protocol/call.d.ts": schema })).toThrow("no plain form yet: z.ZodPromise");
  const events = FILES["sdk/events.d.ts"]?.replaceAll("Event", "Client") ?? "";
  expect(() => rolledUp({ ...FILES, "sdk/events.d.ts": events })).toThrow("Two modules declare Client");
});
