// An example of the README, which the types check. What the page around it has is declared here.
declare const publicKey: string;
declare const callToken: string;
declare const ownVideo: HTMLVideoElement;
declare const otherVideo: HTMLVideoElement;
declare const hint: HTMLElement;
declare function show(text: string): void;

// #region readme
import { RadistClient } from "@radist-tech/client";

const radist = new RadistClient({ publicKey, apiBaseUrl: "http://localhost:3000/api/v1" });
const call = await radist.createConnection({ callToken, channels: ["audio", "video", "data"] });

call.on("localstream", (stream) => {
  ownVideo.srcObject = stream;
});
call.on("remotestream", (stream) => {
  otherVideo.srcObject = stream;
});
call.on("message", (message) => {
  if (message.type === "text") show(message.text);
});
call.on("statechange", ({ signaling }) => {
  hint.hidden = signaling === "connected";
});
call.on("datachannelopen", () => call.send("Hello"));
// #endregion
