/** What the page may use. `display-capture` is screen sharing. */
const PERMISSIONS_POLICY = [
  "camera=(self)",
  "microphone=(self)",
  "display-capture=(self)",
  "fullscreen=(self)",
  "picture-in-picture=(self)",
  "screen-wake-lock=(self)",
  "autoplay=(self)",
  "clipboard-write=(self)",
  "geolocation=()",
  "payment=()",
  "usb=()",
].join(", ");

/**
 * Security headers of every response.
 *
 * @param apiOrigins origins of the API other than the page's own, which the page may connect to
 */
export function securityHeaders(apiOrigins: readonly string[]): Readonly<Record<string, string>> {
  const sockets = apiOrigins.map((origin) => origin.replace(/^http/, "ws"));
  const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "media-src 'self' blob:",
    `connect-src ${["'self'", ...apiOrigins, ...sockets].join(" ")}`,
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    "content-security-policy": policy.join("; "),
    "permissions-policy": PERMISSIONS_POLICY,
    // The link of a call lets people in: it must not travel to other sites as a referrer.
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  };
}
