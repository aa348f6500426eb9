import { statSync } from 'node:fs';

/** @throws Error with the reason. */
export function checkFolder(path: string): string {
  if (path === '') throw new Error('it is empty; name a folder.');
  const found = statSync(path, { throwIfNoEntry: false });
  if (!found) throw new Error('there is no such folder.');
  if (!found.isDirectory()) throw new Error('it is no folder.');
  return path;
}

/** One that is not there yet is made. @throws Error with the reason. */
export function checkDataFolder(path: string): string {
  if (path === '') throw new Error('it is empty; name a folder.');
  const found = statSync(path, { throwIfNoEntry: false });
  if (found && !found.isDirectory()) throw new Error('it is no folder.');
  return path;
}
