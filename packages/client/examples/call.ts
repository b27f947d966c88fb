// An example of the README, which the types check. What the page around it has is declared here.
declare const callId: string;
declare const ownVideo: HTMLVideoElement;
declare const video: HTMLVideoElement;
declare const status: HTMLElement;
declare function show(text: string): void;
declare function goBack(reason: string): void;

// #region readme
import { RadistClient } from "@radist-tech/client";

const radist = new RadistClient({ publicKey: "rad_pk_…" });
const callToken = await radist.mintToken({ callId }); // for a private call: from your backend
const connection = await radist.createConnection({ callToken, channels: ["audio", "video", "data"] });

connection.on("localstream", (stream) => {
  ownVideo.srcObject = stream;
});
connection.on("remotestream", (stream) => {
  video.srcObject = stream;
});
connection.on("message", (message) => {
  if (message.type === "text") show(message.text);
});
connection.on("statechange", ({ signaling, media }) => {
  status.textContent = `${signaling}, ${media}`;
});
connection.on("closed", ({ reason }) => goBack(reason));

connection.on("datachannelopen", () => connection.send({ hello: "world" }));
await connection.leave();
// #endregion
