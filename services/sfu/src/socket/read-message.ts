import { RoomClientMessage } from "@radist-tech/protocol";
import { messageReader } from "@radist-tech/sockets";

/** Parses and validates a text frame of a client. */
export const readRoomMessage = messageReader(RoomClientMessage);
