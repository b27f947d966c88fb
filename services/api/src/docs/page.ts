import { readFile } from "node:fs/promises";

/** Everything that the page loads comes from this origin. */
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export const PAGE = `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Radist API</title>
  <link rel="icon" href="data:,">
  <link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
  <main id="reference"></main>
  <noscript>This page needs JavaScript. The document itself: <a href="openapi.json">openapi.json</a>.</noscript>
  <script src="docs/swagger-ui-bundle.js"></script>
  <script src="docs/start.js"></script>
</body>
</html>
`;

const START = `SwaggerUIBundle({ url: "openapi.json", dom_id: "#reference", deepLinking: true, validatorUrl: null });\n`;

interface Asset {
  readonly contentType: string;
  readonly read: () => Promise<string>;
}

const STYLE = import.meta.resolve("swagger-ui-dist/swagger-ui.css");
const SCRIPT = import.meta.resolve("swagger-ui-dist/swagger-ui-bundle.js");

const fileAt = (url: string) => () => readFile(new URL(url), "utf8");

/** Files of the page, by name. */
export const ASSETS: Readonly<Record<string, Asset>> = {
  "swagger-ui.css": { contentType: "text/css; charset=utf-8", read: fileAt(STYLE) },
  "swagger-ui-bundle.js": { contentType: "text/javascript; charset=utf-8", read: fileAt(SCRIPT) },
  "start.js": { contentType: "text/javascript; charset=utf-8", read: async () => START },
};
