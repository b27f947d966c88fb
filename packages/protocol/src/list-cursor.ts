import { z } from "zod";

/** Where a list goes on. Opaque: compare and parse none. */
export const ListCursor = z.string().meta({
  id: "ListCursor",
  description: "Where a list goes on. Opaque.",
  example: "lsc_mfg1z2k0_550e8400-e29b-41d4-a716-446655440000",
});

export const LIST_DESCRIPTION =
  "Newest first. Give cursor as cursor to read what follows; it is missing when nothing does. total may be a few seconds old.";
