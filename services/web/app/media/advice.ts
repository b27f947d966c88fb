import type { DeviceProblem } from "@radist-tech/client";
import type { Capture } from "./problems.ts";

/** A sentence that says what is wrong, and one that says what to do about it. */
export function adviceFor(problem: DeviceProblem, kinds: readonly Capture[]): string {
  const isPlural = kinds.length > 1;
  const devices = kinds.join(" and ");
  const them = isPlural ? "them" : "it";
  switch (problem) {
    case "insecure_page":
      return `Browsers allow pages to use your ${devices} only over a secure connection. Open this page with https://, or on this computer as http://localhost.`;
    case "permission_denied":
      return `This page is not allowed to use your ${devices}. Allow ${them} in the site settings next to the address bar, then try again.`;
    case "blocked_by_system":
      return `Your system does not allow this browser to use your ${devices}. Allow ${them} in the system's privacy settings, then try again.`;
    case "not_found":
      return `No ${kinds.join(" or ")} was found. Connect one and try again, or continue without ${them}.`;
    case "in_use":
      return `Your ${devices} could not be started. Another program may be using ${them}: close it and try again.`;
    case "ended":
      return `Your ${devices} stopped working. Check that ${isPlural ? "they are" : "it is"} connected, then try again.`;
    case "failed":
      return `Your ${devices} could not be started. Try again, or continue without ${them}.`;
  }
}
