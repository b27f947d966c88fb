const COMPILED = /^build-worker: +\[(\d+)\/(\d+), ([\d.]+)s\]/;
const WORTH_TELLING = /^build-worker: (installing Debian packages: .+|another build is under way: waiting for it)$/;

/** The first files are small ones: what they took says nothing about the rest. */
const TELLING_PART = 0.2;

/**
 * What a person is told of a line that the build prints; undefined for a line that says nothing to them.
 *
 * @param {string} line
 * @returns {string | undefined}
 */
export function tellProgress(line) {
  const [, done, all, seconds] = COMPILED.exec(line) ?? [];
  if (done && all && seconds) {
    const part = Number(done) / Number(all);
    const left = part < TELLING_PART ? "" : `, ${duration((Number(seconds) * (1 - part)) / part)} left`;
    return `Building the media worker: ${done} of ${all} files${left} …`;
  }
  const [, told] = WORTH_TELLING.exec(line) ?? [];
  return told && `Building the media worker: ${told} …`;
}

/** @param {number} seconds */
function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes === 0) return "less than a minute";
  return minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
}
