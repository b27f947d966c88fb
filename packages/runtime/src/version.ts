import manifest from "../package.json" with { type: "json" };

/** The version of the platform: its packages are released together, under one number. */
export const VERSION: string = manifest.version;
