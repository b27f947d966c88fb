/** Why a camera or a microphone cannot be had; each has its own advice. */
export type MediaProblem = "insecure" | "denied" | "missing" | "in-use" | "stopped" | "failed";

/** What getUserMedia's rejections (W3C Media Capture, section 10.2) mean to a person. */
export function problemOf(error: unknown): MediaProblem {
  const name = error instanceof DOMException ? error.name : "";
  switch (name) {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "missing";
    case "NotReadableError":
    case "AbortError":
      return "in-use";
    default:
      return "failed";
  }
}

const DEVICE = { audio: "microphone", video: "camera" } as const;
export type MediaKind = keyof typeof DEVICE;

/** A sentence that says what is wrong and what to do about it. */
export function adviceFor(problem: MediaProblem, kinds: readonly MediaKind[]): string {
  const devices = kinds.map((kind) => DEVICE[kind]).join(" and ");
  const they = kinds.length > 1 ? "them" : "it";
  switch (problem) {
    case "insecure":
      return `Browsers give out the ${devices} only on secure pages. Open this page with https://, or on this computer as http://localhost.`;
    case "denied":
      return `This page may not use your ${devices}. Allow ${they} in the address bar's site settings, or in your system's privacy settings, then try again.`;
    case "missing":
      return `No ${devices} found. Connect ${kinds.length > 1 ? "one" : "it"} and try again, or join without.`;
    case "in-use":
      return `Your ${devices} cannot be started. Another program may be using ${they}: close it and try again.`;
    case "stopped":
      return `Your ${devices} stopped. Was ${they} unplugged, or the permission withdrawn?`;
    case "failed":
      return `Your ${devices} did not start. Try again, or join without.`;
  }
}
