import { useSignal } from "@preact/signals";
import type { ConnectionDiagnosis } from "@radist-tech/client";
import { NO_PATH } from "./no-path.ts";
import { Notice } from "./notice.tsx";
import { WhyDialog } from "./why-dialog.tsx";

interface NoPathNoticeProps {
  readonly isFailed: boolean;
  readonly diagnose: () => Promise<ConnectionDiagnosis>;
}

/** Says that there is no path, and why when asked. What it has found stays on the page when a path is found after all. */
export function NoPathNotice({ isFailed, diagnose }: NoPathNoticeProps) {
  const isAsked = useSignal(false);
  return (
    <>
      {isFailed && (
        <Notice testId="notice-path">
          <span>{NO_PATH}</span>
          <button
            type="button"
            class="link-button notice-action"
            aria-haspopup="dialog"
            aria-label="Why? Find out why sound and video do not get through"
            onClick={() => {
              isAsked.value = true;
            }}
            data-testid="why"
          >
            Why?
          </button>
        </Notice>
      )}
      {isAsked.value && (
        <WhyDialog
          diagnose={diagnose}
          onClose={() => {
            isAsked.value = false;
          }}
        />
      )}
    </>
  );
}
