/** What travels between the peers. `data` is an RTCDataChannel named `radist-data`. */
export type Channel = "audio" | "video" | "data";

/** A kind of media track. */
export type MediaKind = "audio" | "video";
