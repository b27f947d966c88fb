/** The label of the channels that files travel on. Peers that do not know it take no files. */
export const FILES_LABEL = "radist-files";
