import { Name, Refusal, RoomId } from "@radist-tech/protocol";
import type { RadistServerClient } from "@radist-tech/server";
import { type Context, Hono } from "hono";
import { bodyLimit } from "hono/body-limit";
import { z } from "zod";
import type { Allowance, Visited } from "../visitors/allowances.ts";

export interface RoomRoutesOptions {
  readonly radist: RadistServerClient;
  readonly starts: Allowance;
  readonly joins: Allowance;
}

/** The name that others see; a visitor without one is a guest. */
const Joining = z.object({ name: Name.max(40).optional() });

const MAX_BODY_BYTES = 4_096;

/** Creates rooms for the page, and tokens with the visitor's name. */
export function roomRoutes({ radist, starts, joins }: RoomRoutesOptions): Hono<Visited> {
  const mint = async (roomId: string, { name }: z.infer<typeof Joining>): Promise<string> => {
    const participant = name === undefined ? {} : { name };
    const { connectionToken } = await radist.mintConnectionToken({ roomId, participant });
    return connectionToken;
  };
  const limit = bodyLimit({
    maxSize: MAX_BODY_BYTES,
    onError: () => {
      throw new Refusal("body_too_large");
    },
  });
  return new Hono<Visited>()
    .post("/web/rooms", limit, async (context) => {
      starts(context);
      const joining = await joiningOf(context);
      const { roomId } = await radist.createRoom({ tokens: 1 });
      return context.json({ roomId, roomToken: await mint(roomId, joining) });
    })
    .post("/web/rooms/:roomId/tokens", limit, async (context) => {
      joins(context);
      const joining = await joiningOf(context);
      const roomId = RoomId.safeParse(context.req.param("roomId"));
      if (!roomId.success) throw new Refusal("room_not_found");
      return context.json({ roomToken: await mint(roomId.data, joining) });
    });
}

async function joiningOf(context: Context): Promise<z.infer<typeof Joining>> {
  const body: unknown = await context.req.json().catch(() => undefined);
  const joining = Joining.safeParse(body);
  if (!joining.success) throw new Refusal("invalid_body");
  return joining.data;
}
