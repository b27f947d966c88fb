import { signal } from "@preact/signals";
import { announce } from "../ui/announcer.tsx";
import { type Entry, newEntryId } from "./entry.ts";
import { MAX_TEXT_LENGTH } from "./wire.ts";

/** Everything that was written and sent. It lasts as long as the page: nothing is stored. */
export class MessageLog {
  readonly entries = signal<readonly Entry[]>([]);
  /** How many entries arrived while the panel was closed. */
  readonly unread = signal(0);
  readonly panelOpen = signal(false);

  setPanelOpen(open: boolean): void {
    this.panelOpen.value = open;
    if (open) this.unread.value = 0;
  }

  add(entry: Entry): void {
    this.entries.value = [...this.entries.value, entry];
    if (!entry.own && !this.panelOpen.value) this.unread.value++;
  }

  change(id: string, change: Partial<Entry>): void {
    this.entries.value = this.entries.value.map((entry) =>
      entry.id === id ? ({ ...entry, ...change } as Entry) : entry,
    );
  }

  /**
   * Shows at once what the user writes, and says so when it could not be sent.
   *
   * @param who the entry's heading; default: "You"
   */
  async addSent(text: string, send: (text: string) => Promise<void>, who?: string): Promise<void> {
    const trimmed = text.trim().slice(0, MAX_TEXT_LENGTH);
    if (trimmed === "") return;
    const id = newEntryId();
    const entry = { kind: "text", id, own: true, at: new Date(), text: trimmed, failed: false } as const;
    this.add({ ...entry, ...(who !== undefined && { who }) });
    try {
      await send(trimmed);
    } catch {
      this.change(id, { failed: true });
      announce("Your message was not sent.");
    }
  }

  /** @param who the entry's heading; default: the name of the other person */
  addReceived(text: string, who?: string): void {
    const shown = text.slice(0, MAX_TEXT_LENGTH);
    const entry = { kind: "text", id: newEntryId(), own: false, at: new Date(), text: shown, failed: false } as const;
    this.add({ ...entry, ...(who !== undefined && { who }) });
    announce(`New message${who === undefined ? "" : ` from ${who}`}: ${shown.slice(0, 200)}`);
  }
}
