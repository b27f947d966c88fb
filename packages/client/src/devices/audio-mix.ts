/**
 * The sound of a shared screen and the microphone's, as one track. A call sends one sound, so that the other side hears
 * both whatever program it uses.
 */
export class AudioMix {
  readonly #context = new AudioContext();
  readonly #output = this.#context.createMediaStreamDestination();
  #microphone: MediaStreamAudioSourceNode | undefined;

  private constructor(screenSound: MediaStreamTrack, microphone: MediaStreamTrack | undefined) {
    this.#source(screenSound);
    this.setMicrophone(microphone ?? null);
  }

  /** Undefined for a screen without sound. */
  static of(screen: MediaStream, microphone: MediaStreamTrack | undefined): AudioMix | undefined {
    const [sound] = screen.getAudioTracks();
    return sound && new AudioMix(sound, microphone);
  }

  /** What is sent. */
  get track(): MediaStreamTrack {
    const [track] = this.#output.stream.getAudioTracks();
    if (!track) throw new Error("A MediaStreamAudioDestinationNode has one track.");
    return track;
  }

  /** Mixes in another microphone, or none. */
  setMicrophone(track: MediaStreamTrack | null): void {
    this.#microphone?.disconnect();
    this.#microphone = track ? this.#source(track) : undefined;
  }

  close(): void {
    this.track.stop();
    // Rejects only where it is closed already.
    this.#context.close().catch(() => undefined);
  }

  #source(track: MediaStreamTrack): MediaStreamAudioSourceNode {
    const node = this.#context.createMediaStreamSource(new MediaStream([track]));
    node.connect(this.#output);
    return node;
  }
}
