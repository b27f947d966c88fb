const COMPILED = /^build-worker: +\[(\d+)\/(\d+), ([\d.]+)s\]/;
const NOTABLE = /^build-worker: (installing Debian packages: .+|another build is under way: waiting for it)$/;

/** The first files are small: their duration says nothing about the rest. */
const ESTIMATE_FROM = 0.2;

/**
 * The notice for a line of the build's output; undefined for lines that mean nothing to users.
 *
 * @param {string} line
 * @returns {string | undefined}
 */
export function progressNotice(line) {
  const [, done, all, seconds] = COMPILED.exec(line) ?? [];
  if (done && all && seconds) {
    const part = Number(done) / Number(all);
    const left = part < ESTIMATE_FROM ? "" : `, ${duration((Number(seconds) * (1 - part)) / part)} left`;
    return `Building the media worker: ${done} of ${all} files${left} …`;
  }
  const [, step] = NOTABLE.exec(line) ?? [];
  return step && `Building the media worker: ${step} …`;
}

/** @param {number} seconds */
function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes === 0) return "less than a minute";
  return minutes === 1 ? "about a minute" : `about ${minutes} minutes`;
}
