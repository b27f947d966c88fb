/**
 * @typedef {object} Layer
 * @property {readonly string[]} packages
 * @property {readonly string[]} imports the layers that these may import
 * @property {boolean} [isolated] its packages do not import each other
 */

/**
 * Who may import whom, from the top down. Within a layer that is not isolated, packages import each other as long as
 * no circle arises. docs/architecture.md draws the same.
 *
 * @type {Readonly<Record<string, Layer>>}
 */
export const LAYERS = {
  whole: { packages: ["standalone"], imports: ["services", "domain", "infrastructure", "protocol"] },
  services: {
    packages: ["api", "signaling", "sfu", "web"],
    imports: ["domain", "infrastructure", "sdks", "protocol"],
    isolated: true,
  },
  domain: { packages: ["calls", "rooms", "usage", "events"], imports: ["infrastructure", "protocol"] },
  infrastructure: { packages: ["db", "bus", "runtime", "sockets"], imports: ["protocol"] },
  sdks: { packages: ["client", "server"], imports: ["protocol"], isolated: true },
  protocol: { packages: ["protocol"], imports: [] },
};
