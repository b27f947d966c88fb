import { defineConfig } from "vite";

// The page of `npm start`: built into dist/, served by src/service.ts.
export default defineConfig({
  root: new URL("./app", import.meta.url).pathname,
  base: "/",
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  build: {
    outDir: new URL("./dist", import.meta.url).pathname,
    emptyOutDir: true,
    // Also what the style sheets are lowered to: `light-dark()` is newer than these.
    target: ["es2022", "chrome111", "firefox115", "safari16.4"],
    // The content security policy allows no inline data in scripts and styles; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // `vite` alone serves the page with hot reload against a running backend.
  server: { proxy: { "/web": "http://127.0.0.1:3000", "/api": { target: "http://127.0.0.1:3000", ws: true } } },
});
