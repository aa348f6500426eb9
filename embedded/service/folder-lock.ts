import { once } from 'node:events';
import { statSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/**
 * Holds a data folder for this process; answers how to let it go. Two processes on one database would each believe that
 * the other's claims and outbox are a dead process's. Rejects when another process holds the folder.
 *
 * Two locks, both of which end with the process, however it ends. SQLite's own on the empty database `lock` is one that
 * every system has. Whoever removes that file while the service runs makes it a lock on nothing, so on Linux the folder's
 * inode is held as well, by a socket with an abstract name (unix(7)), which is no file that could be lost.
 */
export async function holdFolder(path: string): Promise<() => void> {
  const letFileGo = holdFile(path);
  try {
    const letInodeGo = await holdInode(path);
    return () => {
      letInodeGo();
      letFileGo();
    };
  } catch (error) {
    letFileGo();
    throw error;
  }
}

function holdFile(path: string): () => void {
  const lock = new DatabaseSync(join(path, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (hasCode(error, busy)) throw inUse(path, error);
    if (hasCode(error, notADatabase)) {
      throw new Error(`${join(path, 'lock')} is damaged; it holds nothing: remove it and start again`, {
        cause: error,
      });
    }
    throw error;
  }
  return () => lock.close();
}

async function holdInode(path: string): Promise<() => void> {
  if (process.platform !== 'linux') return () => {};
  const { dev, ino } = statSync(path, { bigint: true });
  const server = createServer((socket) => socket.destroy());
  server.unref();
  server.listen({ path: `\0statuswire-${dev}-${ino}`, exclusive: true });
  try {
    await once(server, 'listening');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') throw inUse(path, error);
    // No such sockets here, by a sandbox for instance: the file is what there is.
    return () => {};
  }
  return () => server.close();
}

/** SQLITE_BUSY and SQLITE_NOTADB (sqlite.org/rescode.html). */
const busy = 5;
const notADatabase = 26;

const hasCode = (error: unknown, code: number): boolean =>
  error instanceof Error && 'errcode' in error && error.errcode === code;

const inUse = (path: string, cause: unknown): Error =>
  new Error(`${path} is in use by another Statuswire process; stop it, or name another --data folder`, { cause });
