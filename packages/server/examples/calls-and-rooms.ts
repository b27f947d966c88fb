// An example of the README, which the types check. What the program around it has is declared here.

// #region readme
import { RadistServerClient } from "@radist-tech/server";

const radist = new RadistServerClient(); // RADIST_KEY and RADIST_PROJECT_ID from the environment

const { callId, callTokens } = await radist.createP2PConnection(); // a token for each of the two seats
const { connectionToken } = await radist.mintConnectionToken({ callId }); // one more, for a newcomer or after a reload
await radist.endCall(callId);

const { roomId } = await radist.createRoom({ maxParticipants: 20 }); // for many, through the media servers
const participant = { identity: "user-17", name: "Ada", canPublish: false };
await radist.mintConnectionToken({ roomId, participant });
// #endregion
