/** A received page or image with scripts in it must not run as part of this origin when it is opened. */
export function safeType(type: string): string {
  const isHarmless = /^(image\/(png|jpeg|gif|webp|avif)|video\/|audio\/|application\/pdf$|text\/plain$)/.test(type);
  return isHarmless ? type : "application/octet-stream";
}
