import { useSignal } from "@preact/signals";
import { IconButton } from "../ui/button.tsx";
import type { CallSafety } from "./call-safety.ts";
import type { RemotePeer } from "./remote-peer.ts";
import { SafetyDialog } from "./safety-dialog.tsx";

export function SafetyButton({ safety, peer }: { safety: CallSafety; peer: RemotePeer }) {
  const isOpen = useSignal(false);
  return (
    <>
      <IconButton
        icon="shield"
        label="Safety number"
        small
        onClick={() => {
          isOpen.value = true;
        }}
        testId="safety"
      />
      {isOpen.value && (
        <SafetyDialog
          safety={safety}
          peer={peer}
          onClose={() => {
            isOpen.value = false;
          }}
        />
      )}
    </>
  );
}
