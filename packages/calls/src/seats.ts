import { callPeers } from "@radist-tech/db";
import { sql } from "drizzle-orm";

/** A connected peer holds a seat, and a disconnected one as long as it may come back. */
export const seatIsHeld = sql<boolean>`(${callPeers.status} = 'connected'
  or (${callPeers.status} = 'disconnected' and ${callPeers.expiresAt} > now()))`;
