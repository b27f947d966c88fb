/** The messages of the two pages over `radist-data`. Files are sent by the SDK. */
export type WireMessage =
  | {
      readonly type: "presence";
      readonly name: string;
      readonly muted: boolean;
      readonly camera: boolean;
      readonly screen: boolean;
    }
  | { readonly type: "text"; readonly text: string };

export const MAX_TEXT_LENGTH = 8_000;
const MAX_NAME_LENGTH = 255;

const isRecord = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
const isText = (value: unknown, max: number): value is string => typeof value === "string" && value.length <= max;

/** Reads what the other side sent. Null: not a message of this page; another program may be in the call. */
export function readWireMessage(value: unknown): WireMessage | null {
  if (!isRecord(value)) return null;
  const { type } = value;
  switch (type) {
    case "presence": {
      const { name, muted, camera, screen } = value;
      if (!isText(name, MAX_NAME_LENGTH)) return null;
      return { type, name, muted: muted === true, camera: camera === true, screen: screen === true };
    }
    case "text":
      return isText(value.text, MAX_TEXT_LENGTH) ? { type, text: value.text } : null;
    default:
      return null;
  }
}
