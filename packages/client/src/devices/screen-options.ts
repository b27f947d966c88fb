/** Of Screen Capture, and newer than TypeScript's own declarations. */
interface SystemAudioOptions extends DisplayMediaStreamOptions {
  /** Whether the picker offers the sound of the whole system. */
  readonly systemAudio?: "include" | "exclude";
}

/**
 * What `getDisplayMedia` is asked for. Sound of the system contains what this page plays: the others would hear
 * themselves. Where the browser can leave that out (`restrictOwnAudio`) it does, and elsewhere the picker does not offer
 * the system's sound, only that of a tab. What the page says takes precedence.
 */
export function screenOptions({ audio = false, ...options }: DisplayMediaStreamOptions = {}): SystemAudioOptions {
  if (audio === false) return { audio, ...options };
  const restrictsOwnAudio = "restrictOwnAudio" in navigator.mediaDevices.getSupportedConstraints();
  return {
    systemAudio: restrictsOwnAudio ? "include" : "exclude",
    ...options,
    audio: { ...(restrictsOwnAudio && { restrictOwnAudio: true }), ...(audio === true ? {} : audio) },
  };
}
