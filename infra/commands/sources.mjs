import { existsSync, readdirSync } from "node:fs";
import { join, sep } from "node:path";

/**
 * The TypeScript files of packages and services, by the Node that starts the commands, which may be an old one: it has no globSync.
 *
 * @param {string} root the folder of the repository
 * @returns {string[]} relative to it
 */
export function sources(root) {
  const folders = ["packages", "services"].flatMap((parent) =>
    readdirSync(join(root, parent)).flatMap((name) => [`${parent}/${name}/src`, `${parent}/${name}/app`]),
  );
  return folders
    .filter((folder) => existsSync(join(root, folder)))
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
        .filter((file) => /\.tsx?$/.test(file))
        .map((file) => `${folder}/${file.split(sep).join("/")}`),
    );
}
