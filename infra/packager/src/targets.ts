/** What browsers and runtimes must understand: the oldest that the SDKs claim. */
export const TARGET = ["es2022", "chrome111", "firefox115", "safari16.4"];
