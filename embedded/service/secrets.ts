import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { allScopes } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { apiKeyRecord, newApiKey } from '../../handlers/authorize/api-key.ts';

/** What the data folder holds beside the database. */
export interface DataFolder {
  /** Lets the folder go, for another process. */
  readonly release: () => void;
  readonly database: string;
  /** File with the first API key. */
  readonly apiKeyFile: string;
  /** Signs watch tokens; made on first start, kept by later ones. */
  readonly tokenSecret: Uint8Array;
}

/**
 * Makes the folder if there is none, for its owner only, and the secret in it, and holds it for this process. Throws
 * when it cannot be written, or when another process holds it.
 */
export function openDataFolder(path: string): DataFolder {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const release = holdFolder(path);
  try {
    const tokenSecret = readSecret(join(path, 'token-secret'));
    return { release, database: join(path, 'statuswire.db'), apiKeyFile: join(path, 'api-key'), tokenSecret };
  } catch (error) {
    release();
    throw error;
  }
}

function readSecret(file: string): Uint8Array {
  const secret = Buffer.from(
    readOrMake(file, () => randomBytes(32).toString('base64')),
    'base64',
  );
  if (secret.length < 32) throw new Error(`${file} must hold base64 of at least 32 bytes`);
  return secret;
}

/**
 * Makes sure that the first key, with all scopes and tenant `default` (S24), is known to the service: the one given
 * (`STATUSWIRE_API_KEY`), else the one in the data folder's file, which is made on first start. Answers its text.
 * Throws when a given key is not of the form `sw_<id>_<secret>`.
 */
export async function ensureFirstKey(
  keys: Keys,
  { apiKeyFile }: DataFolder,
  given: string | undefined,
  now: number,
): Promise<string> {
  const details = { tenant: 'default', scopes: allScopes, label: 'first key', createdAt: now };
  const text = given ?? readOrMake(apiKeyFile, () => newApiKey({ ...details, random: randomBytes }).secretText);
  const record = apiKeyRecord(text, details);
  if (!record) {
    const where = given === undefined ? apiKeyFile : 'STATUSWIRE_API_KEY';
    throw new Error(`${where} holds no API key of the form sw_<id>_<secret> (secret: 16 to 100 characters)`);
  }
  const known = await keys.find(record.id);
  if (known?.secretHash !== record.secretHash) await keys.put(record);
  return text;
}

/**
 * Two processes on one database would each believe that the other's claims and outbox are a dead process's. SQLite's
 * own lock on an empty database is one that every system has and that ends with the process, however it ends.
 */
function holdFolder(path: string): () => void {
  const lock = new DatabaseSync(join(path, 'lock'));
  try {
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    throw new Error(`${path} is in use by another Statuswire process; stop it, or name another --data folder`, {
      cause: error,
    });
  }
  return () => lock.close();
}

/** The file's text, or what `make` answers, written for its owner only. */
function readOrMake(file: string, make: () => string): string {
  try {
    return readFileSync(file, 'utf8').trim();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
  const text = make();
  // wx: of two processes that start at once, one makes it and the other fails instead of replacing it.
  writeFileSync(file, `${text}\n`, { mode: 0o600, flag: 'wx' });
  return text;
}
