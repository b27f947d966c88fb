import { Notice } from "../meeting/notice.tsx";
import { type CallSafety, LOST } from "./call-safety.ts";

/** The number that the user has compared is no longer that of the call. */
export function SafetyChangedNotice({ safety }: { safety: CallSafety }) {
  if (safety.isLost.value) return <Notice testId="notice-safety">{LOST}</Notice>;
  if (!safety.isChanged.value) return null;
  return (
    <Notice testId="notice-safety">
      <span>The safety number has changed, as it does when somebody reloads the page. Compare it again.</span>
      <button type="button" class="link-button notice-action" onClick={() => safety.seen()}>
        OK
      </button>
    </Notice>
  );
}
