// An example of the README, which the types check. What the page around it has is declared here.
import type { Device, RadistClient } from "@radist-tech/client";

declare const radist: RadistClient;
declare const roomToken: string;
declare const deviceId: string;
declare const preview: HTMLVideoElement;
declare function advise(text: string): void;
declare function fillPickers(...lists: readonly (readonly Device[])[]): void;

// #region readme
import { LocalDevices, sendDevices } from "@radist-tech/client";

const devices = new LocalDevices(); // remembers in localStorage; { storage: sessionStorage } or null to change that
devices.on("change", ({ camera, available }) => {
  preview.srcObject = camera.track ? new MediaStream([camera.track]) : null;
  if (camera.problem === "in_use") advise("Close the other program that uses your camera.");
  fillPickers(available.microphone, available.camera, available.speaker);
});
await devices.start(); // one prompt; without a camera there is sound only

await devices.select("camera", deviceId); // now, and at the next visit
devices.setMuted(true); // the microphone stays open: speaking again is instant
await devices.setCameraOff(true); // the camera is released: its light goes out

const room = await radist.createRoomConnection({ roomToken, localStream: new MediaStream() });
const stop = sendDevices(room, devices); // or a call: what is switched, muted or exchanged is sent
// #endregion
