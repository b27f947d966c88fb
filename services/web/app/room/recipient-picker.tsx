import { useId } from "preact/hooks";
import type { People } from "./participants.ts";
import type { RoomMessages } from "./room-messages.ts";
import "./recipient-picker.css";

/** To everybody, or to one person alone. */
export function RecipientPicker({ messages, people }: { messages: RoomMessages; people: People }) {
  const id = useId();
  const recipient = messages.recipient.value;
  const all = people.all.value;
  return (
    <div class={`recipient ${recipient ? "recipient-alone" : ""}`}>
      <label for={id}>To</label>
      <select
        id={id}
        value={recipient?.peerId ?? ""}
        onChange={({ currentTarget: { value } }) => {
          messages.recipient.value = people.find(value) ?? null;
        }}
        data-testid="recipient"
      >
        <option value="">Everybody</option>
        {all.map(({ peerId, name }) => (
          <option key={peerId} value={peerId}>
            {name}
          </option>
        ))}
        {recipient && messages.isRecipientGone.value && (
          <option key={recipient.peerId} value={recipient.peerId} disabled>
            {recipient.name} (left)
          </option>
        )}
      </select>
    </div>
  );
}
