import { describe, expect, test } from "vitest";
import { newCallToken, newPublicKey, newReconnectToken } from "../credentials.ts";
import { newPeerId, newRoomId } from "../ids.ts";
import { ROOM_FEATURES, RoomJoinQuery, RoomResumeQuery } from "./connection.ts";

const publicKey = newPublicKey();
const join = { publicKey, roomToken: newCallToken() };
const resume = { publicKey, roomId: newRoomId(), peerId: newPeerId(), resumeToken: newReconnectToken() };

describe("a room socket's query", () => {
  test("joins by key and token", () => {
    expect(RoomJoinQuery.parse(join)).toEqual({ ...join, features: [] });
    for (const name of Object.keys(join)) {
      expect(RoomJoinQuery.safeParse({ ...join, [name]: undefined }).success, name).toBe(false);
    }
    expect(RoomJoinQuery.safeParse({ ...join, roomToken: newReconnectToken() }).success).toBe(false);
    expect(RoomJoinQuery.safeParse({ ...join, publicKey: `${publicKey.slice(0, -1)}!` }).success).toBe(false);
  });

  test("resumes by the full payload only", () => {
    expect(RoomResumeQuery.parse(resume)).toEqual({ ...resume, features: [] });
    for (const name of Object.keys(resume)) {
      expect(RoomResumeQuery.safeParse({ ...resume, [name]: undefined }).success, name).toBe(false);
    }
    expect(RoomResumeQuery.safeParse({ ...resume, resumeToken: newCallToken() }).success).toBe(false);
    expect(RoomResumeQuery.safeParse({ ...resume, peerId: "bob" }).success).toBe(false);
    expect(RoomResumeQuery.safeParse({ ...resume, roomId: "r" }).success).toBe(false);
  });
});

describe("features", () => {
  const read = (features: unknown) => RoomJoinQuery.safeParse({ ...join, features }).data?.features;

  test.each<[string, string, string[]]>([
    ["all that there are", ROOM_FEATURES.join(), [...ROOM_FEATURES]],
    ["in any order", "levels,presence", ["levels", "presence"]],
    ["each once", "data,data,data", ["data"]],
    ["those of a later version left out", "media,holograms", ["media"]],
    ["names that every object has left out", "toString,__proto__,length", []],
    ["none in an empty text", "", []],
    ["none of those written in another way", "Media, data;resume", []],
    ["as long a text as a URL may be", `media,${"x".repeat(16_000)}`, ["media"]],
  ])("%s", (_what, text, features) => expect(read(text)).toEqual(features));

  test("are a text", () => {
    expect(read(["media"])).toBeUndefined();
    expect(read(null)).toBeUndefined();
  });
});
