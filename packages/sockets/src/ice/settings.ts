import { IceServer } from "@radist-tech/protocol";
import { integer } from "@radist-tech/runtime";
import { z } from "zod";

const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?)`;
const STUN_URL = new RegExp(`^stuns?:${HOST}(?::(?<port>\\d{1,5}))?$`);
const TURN_URL = new RegExp(`^turns?:${HOST}(?::(?<port>\\d{1,5}))?(?:\\?transport=(?:udp|tcp))?$`);

/** Browsers refuse a whole configuration for one URL that is none (RFC 7064, 7065). */
const isUrl = (pattern: RegExp, url: string): boolean => {
  const port = pattern.exec(url)?.groups?.port;
  return pattern.test(url) && (port === undefined || (Number(port) > 0 && Number(port) < 65_536));
};
const isStunUrl = (url: string): boolean => isUrl(STUN_URL, url);
const isTurnUrl = (url: string): boolean => isUrl(TURN_URL, url);

const list = (text: string): string[] => text.split(",").map((item) => item.trim());

/** As browsers take it: they also refuse a TURN server without a username and a credential. */
const isUsable = ({ urls, username, credential }: IceServer): boolean => {
  const all = [urls].flat();
  const isComplete = username !== undefined && credential !== undefined;
  return all.length > 0 && all.every((url) => isStunUrl(url) || (isTurnUrl(url) && isComplete));
};

/** What participants are told about STUN and TURN servers. */
export const iceSettings = {
  /** STUN servers, with commas between them: `stun:host:3478`. */
  STUN_URLS: z
    .string()
    .transform(list)
    .refine((urls) => urls.every(isStunUrl), "Must be stun: or stuns: URLs, with commas between them")
    .default([]),
  /** TURN servers, with commas between them: `turn:host:3478?transport=udp`, `turns:host:443?transport=tcp`. */
  TURN_URLS: z
    .string()
    .transform(list)
    .refine((urls) => urls.every(isTurnUrl), "Must be turn: or turns: URLs, with commas between them")
    .default([]),
  /**
   * What the TURN servers know as `static-auth-secret`. Two, with a comma between them, while one is rotated: the TURN
   * servers must accept both, and credentials are made with the first.
   */
  TURN_SECRET: z
    .string()
    .transform(list)
    .refine(
      (secrets) => secrets.length <= 2 && secrets.every(Boolean),
      "Must be one secret, or two with a comma between",
    )
    .default([]),
  /** How long TURN credentials are good for, seconds. Clients with `features=ice` get others after half of it. */
  TURN_TTL_SECONDS: integer(2, 7 * 24 * 3_600).default(6 * 3_600),
  /** RTCIceServer objects as JSON, handed to every participant as they stand. */
  ICE_SERVERS: z
    .string()
    .transform((text, context) => {
      try {
        return JSON.parse(text) as unknown;
      } catch {
        context.addIssue({ code: "custom", message: "Must be JSON: a list of RTCIceServer objects" });
        return z.NEVER;
      }
    })
    .pipe(z.array(IceServer.refine(isUsable, "Must have valid urls, and for TURN a username and a credential")))
    .default([]),
};

/** What participants are told about STUN and TURN servers. */
export type IceSettings = z.infer<z.ZodObject<typeof iceSettings>>;

/** Adds what the settings must be taken together; told beside all that is wrong with single ones. */
export const withIceRules = <Settings extends z.ZodObject>(settings: Settings): Settings =>
  settings.refine(hasSecretForUrls, {
    message: "TURN_URLS needs TURN_SECRET: the same as the TURN server's static-auth-secret",
    when: () => true,
  });

function hasSecretForUrls(settings: Record<string, unknown>): boolean {
  const { TURN_URLS, TURN_SECRET } = settings;
  return !(Array.isArray(TURN_URLS) && TURN_URLS.length > 0 && Array.isArray(TURN_SECRET) && TURN_SECRET.length === 0);
}
