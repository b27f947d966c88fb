export * from "./credentials.ts";
export * from "./errors.ts";
export * from "./http.ts";
export * from "./ids.ts";
export * from "./p2p.ts";
export * from "./subjects.ts";
