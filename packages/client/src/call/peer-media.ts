/** What a peer says of what it sends. */
export interface PeerMedia {
  /** It cannot be heard: muted, by the page or by its system, or without a microphone. */
  readonly isMuted: boolean;
  readonly isCameraOff: boolean;
  readonly isSharingScreen: boolean;
}

/** The signal that follows a change; the state itself is also part of each offer and answer. */
export const MEDIA_STATE = "media-state";

const CARRIERS: readonly string[] = ["offer", "answer", MEDIA_STATE];

/** Reads what another peer sent, which may be anything. Undefined where it says nothing of its media. */
export function readPeerMedia(signalType: string, payload: unknown): PeerMedia | undefined {
  if (!CARRIERS.includes(signalType)) return undefined;
  const { media } = fieldsOf(payload);
  if (typeof media !== "object" || media === null) return undefined;
  const { isMuted, isCameraOff, isSharingScreen } = fieldsOf(media);
  return {
    isMuted: isMuted === true,
    isCameraOff: isCameraOff === true,
    isSharingScreen: isSharingScreen === true,
  };
}

export const isSameMedia = (one: PeerMedia | undefined, other: PeerMedia): boolean =>
  one?.isMuted === other.isMuted &&
  one.isCameraOff === other.isCameraOff &&
  one.isSharingScreen === other.isSharingScreen;

const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
