export * from "./backoff.ts";
export * from "./pause.ts";
export * from "./token-bucket.ts";
