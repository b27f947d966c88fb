import { RadistClient, storedRoomSeat } from "@radist-tech/client";
import { mintRoomToken } from "../backend/backend.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import type { Entry, MeetingKind } from "../meeting/meeting-kind.ts";
import { TabSeat } from "../meeting/tab-seat.ts";
import { ownName } from "../ui/name.ts";
import { ROOM_ENDINGS } from "./ending-texts.ts";
import { JoinedRoom } from "./joined-room.ts";
import { tokenKey } from "./token-key.ts";

/** A room for many: a reloaded tab returns as the same participant. */
export class RoomKind implements MeetingKind<JoinedRoom> {
  readonly name = "room";
  readonly endings = ROOM_ENDINGS;
  readonly #roomId: string;
  readonly #seat;

  constructor(roomId: string) {
    this.#roomId = roomId;
    this.#seat = new TabSeat(roomId, storedRoomSeat);
  }

  hasSeat(): boolean {
    return this.#seat.isHeld;
  }

  forgetSeat(): void {
    this.#seat.forget();
  }

  tokenKey(): string {
    return tokenKey(this.#roomId, ownName.peek());
  }

  mintToken(): Promise<string> {
    return mintRoomToken(this.#roomId, ownName.peek());
  }

  preload(): Promise<void> {
    return RadistClient.prepareRooms();
  }

  async join(
    client: RadistClient,
    entry: Entry,
    devices: DeviceSignals,
    onEnd: (reason: EndReason) => void,
  ): Promise<JoinedRoom> {
    const connection = await client.createRoomConnection({
      ...this.#seat.storage,
      ...(entry.by === "token" ? { roomToken: entry.token } : { resume: this.#seat.read() }),
      // The microphone and camera are published afterwards, muted if the user has muted them.
      localStream: new MediaStream(),
    });
    window.radist = { room: connection };
    return new JoinedRoom(connection, devices, onEnd);
  }
}
