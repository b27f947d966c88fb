import { useId } from "preact/hooks";
import type { Participants } from "./participants.ts";
import type { RoomMessages } from "./room-messages.ts";
import "./recipient-picker.css";

/** To everyone, or to one person privately. */
export function RecipientPicker({ messages, participants }: { messages: RoomMessages; participants: Participants }) {
  const id = useId();
  const recipient = messages.recipient.value;
  const all = participants.all.value;
  return (
    <div class={`recipient ${recipient ? "recipient-alone" : ""}`}>
      <label for={id}>To</label>
      <select
        id={id}
        value={recipient?.peerId ?? ""}
        onChange={({ currentTarget: { value } }) => {
          messages.recipient.value = participants.find(value) ?? null;
        }}
        data-testid="recipient"
      >
        <option value="">Everyone</option>
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
