import { accessSync, constants, readdirSync } from "node:fs";
import { delimiter, join } from "node:path";

const MINIBROWSER_FOLDERS = ["/usr/lib", "/usr/libexec"];

/** Where a program lies; null where it is not installed. MiniBrowser is in a folder of its own. */
export function programPath(name: string): string | null {
  const folders = (process.env["PATH"] ?? "").split(delimiter);
  return [...folders.map((folder) => join(folder, name)), ...webkitPrograms(name)].find(isExecutable) ?? null;
}

function webkitPrograms(name: string): string[] {
  if (name !== "MiniBrowser") return [];
  return MINIBROWSER_FOLDERS.flatMap((root) => below(root))
    .flatMap((folder) => below(folder))
    .filter((folder) => /webkit2?gtk-/.test(folder))
    .map((folder) => join(folder, name))
    .sort()
    .reverse();
}

function below(folder: string): string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map((entry) => join(folder, entry.name));
  } catch {
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** As `programPath`; throws where it is not installed, which `main` has made sure of before. */
export function program(name: string): string {
  const path = programPath(name);
  if (path === null) throw new Error(`${name} is not installed.`);
  return path;
}
