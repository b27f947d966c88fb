import { ROOM_SOCKET_PATH } from "@radist-tech/protocol";
import { expect, test } from "vitest";
import { PageUser } from "./testing/page-user.ts";
import { shared, sharePlatform } from "./testing/shared-platform.ts";

sharePlatform();

const close = (...users: PageUser[]) => Promise.all(users.map((user) => user.closes()));

async function roomOf(...names: string[]) {
  const [first = "", ...more] = names;
  const starter = await PageUser.at(shared().browser, shared().platform.front.url, first);
  const link = await starter.startsRoom();
  const users = [starter];
  for (const name of more) {
    const user = await PageUser.at(shared().browser, link, name);
    await user.joins();
    users.push(user);
  }
  return { users, link, roomId: link.split("/").at(-1) ?? "" };
}

/** What one of them sees is not what another one sees. */
const pairs = (users: readonly PageUser[]) =>
  users.flatMap((one) => users.filter((other) => other !== one).map((other) => [one, other] as const));

test("three users see and hear each other, mute, share a screen, write, and one leaves", async () => {
  const { users } = await roomOf("Ada", "Grace", "Linus");
  const [ada, grace, linus] = users as [PageUser, PageUser, PageUser];
  for (const [one, other] of pairs(users)) {
    await one.sees(other);
    await one.hears(other);
  }

  await grace.byId("microphone").click();
  await linus.page.keyboard.press("m");
  await Promise.all([ada.seesMuted(grace, true), ada.seesMuted(linus, true), grace.seesMuted(ada, false)]);
  await Promise.all(users.map((user) => user.seesSpeaking(ada)));

  await linus.byId("camera").click();
  await ada.byId(`video-${linus.peerId}-camera`).waitFor({ state: "detached" });
  await linus.byId("camera").click();
  await ada.sees(linus);

  await grace.byId("screen").click();
  await grace.byId("notice-screen").waitFor();
  await Promise.all([ada.seesScreenOf(grace), linus.seesScreenOf(grace)]);
  await grace.byId("screen").click();
  await ada.byId(`screen-${grace.peerId}`).waitFor({ state: "detached" });

  await ada.writes("Hello everybody");
  await Promise.all([grace.reads("Hello everybody", "Ada"), linus.reads("Hello everybody", "Ada")]);
  await ada.writesAloneTo(grace, "Between us");
  await grace.reads("Between us", "Ada, only to you");
  await linus.writes("Bye");
  await ada.reads("Bye", "Linus");
  expect(await linus.page.getByText("Between us").count()).toBe(0);

  await linus.byId("leave").click();
  await linus.isOver("left");
  await Promise.all([ada.seesNoMore(linus), grace.seesNoMore(linus)]);
  await close(...users);
});

test("a reloaded page is back as the same participant, also when it is alone, and nobody sees it twice", async () => {
  const { users, link, roomId } = await roomOf("Ada");
  const [ada] = users as [PageUser];
  const reloads = async (user: PageUser) => {
    const before = user.peerId;
    await user.page.reload();
    await user.isIn();
    expect(user.peerId).toBe(before);
  };
  await reloads(ada);
  const grace = await PageUser.at(shared().browser, link, "Grace");
  await grace.joins();
  await ada.sees(grace);
  await ada.countsTiles();
  await reloads(grace);
  await ada.sees(grace);
  await grace.sees(ada);
  expect(await ada.otherTiles()).toBe(1);
  const { participants } = await shared().platform.server.getRoom(roomId);
  expect(participants.map(({ peerId, status }) => `${peerId} ${status}`)).toEqual([
    `${ada.peerId} connected`,
    `${grace.peerId} connected`,
  ]);
  await close(ada, grace);
});

test("a user who is alone is shown the link; one who mutes in the lobby joins muted", async () => {
  const { users, link } = await roomOf("Ada");
  const [ada] = users as [PageUser];
  expect(await ada.byId("invite").getByTestId("room-link").inputValue()).toBe(link);
  const grace = await PageUser.at(shared().browser, link, "Grace");
  await grace.byId("microphone").click();
  await grace.joins();
  await ada.sees(grace);
  await ada.seesMuted(grace, true);
  await ada.byId("invite").waitFor({ state: "detached" });
  await grace.byId("microphone").click();
  await ada.seesMuted(grace, false);
  await ada.hears(grace);
  await close(ada, grace);
});

test("the sockets are cut: the page says so until they are back, and nothing is lost", { tags: ["long"] }, async () => {
  const { users } = await roomOf("Ada", "Grace");
  const [ada, grace] = users as [PageUser, PageUser];
  await Promise.all([ada.sees(grace), grace.sees(ada)]);
  shared().platform.front.cutSockets();
  await Promise.all(users.map((user) => user.byId("notice-reconnecting").waitFor()));
  shared().platform.front.restoreSockets();
  for (const user of users) await user.byId("notice-reconnecting").waitFor({ state: "detached" });
  await Promise.all([ada.sees(grace), grace.sees(ada)]);
  await ada.writes("Still here");
  await grace.reads("Still here", "Ada");
  await close(...users);
});

test("the backend removes one user, then ends the room; its link says so", async () => {
  const { users, link, roomId } = await roomOf("Ada", "Grace");
  const [ada, grace] = users as [PageUser, PageUser];
  await ada.sees(grace);
  await shared().platform.server.kickParticipant({ roomId, peerId: grace.peerId });
  await grace.isOver("kicked");
  await ada.seesNoMore(grace);
  await shared().platform.server.endRoom(roomId);
  await ada.isOver("ended");
  await grace.page.goto(link);
  await grace.isOver("ended");
  await close(...users);
});

test("a microphone that the media server does not take is shown as such, and is heard when it does", async () => {
  const ada = await PageUser.at(shared().browser, shared().platform.front.url, "Ada");
  let isRefused = true;
  await ada.page.routeWebSocket(new RegExp(ROOM_SOCKET_PATH), (socket) => {
    const server = socket.connectToServer();
    socket.onMessage((text) => {
      const { type, kind, requestId } = JSON.parse(String(text)) as Record<string, unknown>;
      const isMet = isRefused && type === "produce" && kind === "audio";
      if (isMet) socket.send(JSON.stringify({ type: "error", code: "unavailable", message: "Later.", requestId }));
      else server.send(text);
    });
  });
  const link = await ada.startsRoom();
  const grace = await PageUser.at(shared().browser, link, "Grace");
  await grace.joins();
  await ada.byId("notice-unsent-microphone").waitFor();
  await ada.page.locator("[data-testid=self-tile][data-muted=true]").waitFor();
  await grace.seesMuted(ada, true);
  isRefused = false;
  await grace.seesMuted(ada, false);
  await ada.byId("notice-unsent-microphone").waitFor({ state: "detached" });
  await ada.page.locator("[data-testid=self-tile][data-muted=false]").waitFor();
  await close(ada, grace);
});
