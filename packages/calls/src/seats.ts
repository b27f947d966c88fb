import { callPeers } from "@radist-tech/db";
import { sql } from "drizzle-orm";
import { CONFIRM_MS } from "./call.ts";

/** A connected peer holds a seat, and a disconnected one as long as it may come back. */
export const seatIsHeld = sql<boolean>`(${callPeers.status} = 'connected'
  or (${callPeers.status} = 'disconnected' and ${callPeers.expiresAt} > now()))`;

/** A seat that no other token can take: of those that are held, one whose peer is confirmed, or may still be. */
export const seatIsTaken = sql<boolean>`(${seatIsHeld} and (${callPeers.unconfirmedSince} is null
  or (${callPeers.status} = 'connected'
    and ${callPeers.unconfirmedSince} > now() - ${sql.raw(String(CONFIRM_MS))} * interval '1 millisecond')))`;
