/** Between two looks. */
const INTERVAL_MS = 100;

/** How loud samples of -1 to 1 are, 0 to 1, on a scale on which speech fills most: -60 dB is 0, -15 dB is 1. */
export function levelOf(samples: Float32Array): number {
  const power = samples.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, samples.length);
  const decibels = 10 * Math.log10(power + 1e-10);
  return Math.min(1, Math.max(0, (decibels + 60) / 45));
}

/**
 * Calls back ten times a second with how loud an audio track is, 0 to 1; the returned function stops that. Where the
 * browser holds audio back until the page is touched, the level is 0 until then.
 *
 * @example const stop = watchAudioLevel(track, (level) => { meter.value = level; });
 */
export function watchAudioLevel(track: MediaStreamTrack, listener: (level: number) => void): () => void {
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 512;
  context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
  const samples = new Float32Array(analyser.fftSize);
  const timer = setInterval(() => {
    analyser.getFloatTimeDomainData(samples);
    listener(levelOf(samples));
  }, INTERVAL_MS);

  const touches = new AbortController();
  for (const touch of ["pointerdown", "keydown"] as const) {
    addEventListener(touch, () => void context.resume(), { signal: touches.signal });
  }
  return () => {
    touches.abort();
    clearInterval(timer);
    void context.close();
  };
}
