import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { announce } from "../ui/announcer.tsx";
import { Button } from "../ui/button.tsx";
import { canShareLink, copyLink, shareLink } from "./share.ts";
import "./share-link.css";

interface ShareLinkProps {
  readonly link: string;
  readonly to: "call" | "room";
}

/** The link to a call or a room, to be read, copied, or shared with another app. */
export function ShareLink({ link, to }: ShareLinkProps) {
  const copied = useSignal(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!copied.value) return undefined;
    const timer = setTimeout(() => {
      copied.value = false;
    }, 2_500);
    return () => clearTimeout(timer);
  }, [copied.value]);

  const copy = async (): Promise<void> => {
    copied.value = await copyLink(link);
    announce(copied.value ? "Link copied." : "The link is selected. Copy it with your keyboard.");
    // Without access to the clipboard the selected text is one keystroke away from it.
    if (!copied.value) field.current?.select();
  };

  return (
    <div class="share-link">
      <input
        ref={field}
        readOnly
        value={link}
        aria-label={`Link to this ${to}`}
        onFocus={(event) => event.currentTarget.select()}
        data-testid={`${to}-link`}
      />
      <Button kind="primary" icon={copied.value ? "check" : "copy"} onClick={() => void copy()} testId="copy-link">
        {copied.value ? "Copied" : "Copy link"}
      </Button>
      {canShareLink() && (
        <Button icon="share" onClick={() => void shareLink(link, `Join my ${to}`)} testId="share-link">
          Share
        </Button>
      )}
    </div>
  );
}
