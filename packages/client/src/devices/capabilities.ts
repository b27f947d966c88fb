/** Whether this browser lets a page choose the speaker. */
export const canChooseSpeaker = (): boolean => "setSinkId" in HTMLMediaElement.prototype;

/** Whether this browser lets the user share a screen; browsers on phones do not. */
export const canShareScreen = (): boolean =>
  typeof (navigator.mediaDevices as MediaDevices | undefined)?.getDisplayMedia === "function";
