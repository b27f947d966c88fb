import { RadistClient } from "@radist-tech/client";
import { mintRoomToken } from "../backend/backend.ts";
import type { DeviceSignals } from "../media/device-signals.ts";
import type { EndReason } from "../meeting/ending.ts";
import type { Entry, MeetingKind } from "../meeting/meeting-kind.ts";
import { ownName } from "../ui/name.ts";
import { ROOM_ENDINGS } from "./ending-texts.ts";
import { JoinedRoom } from "./joined-room.ts";
import { forgetRoom, rememberRoom, wasInRoom } from "./rejoin.ts";
import { tokenKey } from "./token-key.ts";

/** A room for many: a reloaded tab returns under the same name, with a new token. */
export class RoomKind implements MeetingKind<JoinedRoom> {
  readonly name = "room";
  readonly endings = ROOM_ENDINGS;
  readonly #roomId: string;

  constructor(roomId: string) {
    this.#roomId = roomId;
  }

  hasSeat(): boolean {
    return wasInRoom(this.#roomId);
  }

  forgetSeat(): void {
    forgetRoom();
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
    const roomToken = entry.by === "token" ? entry.token : await this.mintToken();
    // The microphone and camera are published afterwards, muted if the user has muted them.
    const connection = await client.createRoomConnection({ roomToken, localStream: new MediaStream() });
    window.radist = { room: connection };
    rememberRoom(this.#roomId);
    return new JoinedRoom(connection, devices, onEnd);
  }
}
