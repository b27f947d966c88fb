export * from "./sfu.ts";
export * from "./signaling.ts";
