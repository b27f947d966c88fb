import { useRef } from "preact/hooks";
import { IconButton } from "../ui/button.tsx";
import { sizeText } from "./entry.ts";
import { type FileTransfers, MAX_FILE_BYTES } from "./file-transfers.ts";

interface AttachButtonProps {
  readonly files: FileTransfers;
  readonly disabled: boolean;
  readonly onProblem: (problem: string | null) => void;
}

export function AttachButton({ files, disabled, onProblem }: AttachButtonProps) {
  const chooser = useRef<HTMLInputElement>(null);

  const offer = (chosen: FileList | null): void => {
    onProblem(null);
    for (const file of chosen ?? []) {
      if (file.size <= MAX_FILE_BYTES) void files.offer(file);
      else onProblem(`${file.name} is ${sizeText(file.size)}. Files can be up to ${sizeText(MAX_FILE_BYTES)}.`);
    }
  };

  return (
    <>
      <IconButton
        icon="attach"
        label="Send a file"
        small
        disabled={disabled}
        onClick={() => chooser.current?.click()}
        testId="attach"
      />
      <input
        ref={chooser}
        type="file"
        multiple
        hidden
        data-testid="file-input"
        onChange={(event) => {
          offer(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </>
  );
}
