import { RoomUser, type RoomUserOptions } from "./room-user.ts";
import { shared } from "./shared-platform.ts";

export async function twoInARoom(options: RoomUserOptions = {}) {
  const { browser, platform } = shared();
  const { roomId, roomTokens } = await platform.server.createRoom({ tokens: 3 });
  const [first = "", second = "", third = ""] = roomTokens;
  const alice = await RoomUser.enters(browser, platform, first, options);
  const bob = await RoomUser.enters(browser, platform, second, options);
  await Promise.all([alice.sees(bob), bob.sees(alice)]);
  return { roomId, alice, bob, third };
}

export const close = (...users: RoomUser[]) => Promise.all(users.map((user) => user.closes()));
