export * from "./call-states.ts";
export * from "./fact-replay.ts";
