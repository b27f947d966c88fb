/**
 * Whether the user has muted what is sent, whichever track that is: each track that is taken while muted is silenced, and
 * each is given back as it came.
 */
export class MuteSwitch {
  #isMuted = false;
  /** The tracks that were silenced here, and not by the page itself. */
  readonly #silenced = new WeakSet<MediaStreamTrack>();

  get isMuted(): boolean {
    return this.#isMuted;
  }

  /** Mutes or unmutes, by the user's wish; also a track that the page itself has silenced. */
  set(track: MediaStreamTrack, isMuted: boolean): void {
    this.#isMuted = isMuted;
    if (isMuted) {
      this.adopt(track);
      return;
    }
    this.#silenced.delete(track);
    track.enabled = true;
  }

  /** Another track is to be sent. */
  adopt(track: MediaStreamTrack): void {
    if (!this.#isMuted || !track.enabled) return;
    this.#silenced.add(track);
    track.enabled = false;
  }

  /** The track is no longer sent: its owner finds it as it was. */
  giveBack(track: MediaStreamTrack): void {
    if (this.#silenced.delete(track)) track.enabled = true;
  }
}
