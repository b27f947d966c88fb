// RED (RFC 2198) in session descriptions. Browsers send it when it precedes the codec that it carries, and accept it only
// with a line that names that codec, `a=fmtp:63 111/111`.

const NEXT_SECTION = /(?=^m=)/m;
const OPUS = /^a=rtpmap:(\d+) opus\/48000\/2\r?$/im;
const RED = /^a=rtpmap:(\d+) red\/48000\/2\r?$/im;

/** Declares that each RED in an offer carries the Opus of the same section. */
export function linkRed(offer: string): string {
  return editSections(offer, (section) => {
    const red = RED.exec(section)?.[1];
    const opus = OPUS.exec(section)?.[1];
    if (red === undefined || opus === undefined || section.includes(`\na=fmtp:${red} `)) return section;
    return section.replace(RED, (line) => `${line.trimEnd()}\r\na=fmtp:${red} ${opus}/${opus}\r`);
  });
}

/** Puts RED before Opus in an answer, in the sections whose `mid` has a payload type for it. */
export function preferRed(answer: string, payloadTypes: ReadonlyMap<string, number>): string {
  return editSections(answer, (section) => {
    const red = payloadTypes.get(/^a=mid:(\S+)/m.exec(section)?.[1] ?? "");
    const opus = OPUS.exec(section)?.[1];
    if (red === undefined || opus === undefined) return section;
    return section
      .replace(/^(m=audio \S+ \S+) /, `$1 ${red} `)
      .replace(OPUS, (line) => `a=rtpmap:${red} red/48000/2\r\na=fmtp:${red} ${opus}/${opus}\r\n${line}`);
  });
}

/** The payload type of the RED that carries this payload type of Opus in an offer, in the section with this `mid`. */
export function redPayloadType(offer: string, mid: string, opus: number): number | undefined {
  const section = offer.split(NEXT_SECTION).find((each) => /^a=mid:(\S+)/m.exec(each)?.[1] === mid) ?? "";
  const red = RED.exec(section)?.[1];
  return red !== undefined && OPUS.exec(section)?.[1] === String(opus) ? Number(red) : undefined;
}

const editSections = (description: string, edit: (section: string) => string): string =>
  description
    .split(NEXT_SECTION)
    .map((section) => (section.startsWith("m=audio ") ? edit(section) : section))
    .join("");
