export * from "./call-states.ts";
