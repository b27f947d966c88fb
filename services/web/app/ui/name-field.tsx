import { useId } from "preact/hooks";
import { MAX_NAME_LENGTH, ownName, setOwnName } from "./name.ts";
import "./field.css";

export function NameField() {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>
        Your name <span class="soft">(optional)</span>
      </label>
      <input
        id={id}
        type="text"
        autocomplete="name"
        enterkeyhint="done"
        maxLength={MAX_NAME_LENGTH}
        value={ownName.value}
        placeholder="How others see you"
        onInput={(event) => setOwnName(event.currentTarget.value)}
        data-testid="name"
      />
    </div>
  );
}
