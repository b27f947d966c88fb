import { canInstallPackages, installPackages } from "./debian.ts";
import { folderWith, pathFolders } from "./programs.ts";

/**
 * Whether this machine has a program, which is installed first where that is possible.
 *
 * @param debianPackage default: called like the program
 */
export async function hasProgram(program: string, debianPackage = program): Promise<boolean> {
  const isThere = () => folderWith(pathFolders(), program) !== undefined;
  if (!isThere() && canInstallPackages()) await installPackages(debianPackage);
  return isThere();
}
