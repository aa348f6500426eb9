import { randomBytes } from 'node:crypto';
import { mkdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type ApiKeyRecord, parseApiKey } from '../../core/access.ts';
import type { Keys } from '../../core/ports.ts';
import { newApiKey } from '../../handlers/authorize/api-key.ts';
import { firstKeyRecord } from '../../handlers/authorize/first-key.ts';
import { holdFolder } from './folder-lock.ts';
import { readText, syncFolder, writeWhole } from './whole-file.ts';

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

/** The first API key (S24), as its place says it now. */
export interface FirstKey {
  readonly text: string;
  readonly record: ApiKeyRecord;
}

/**
 * Makes the folder if there is none, for its owner only, and the secret in it, and holds it for this process. Rejects
 * when it cannot be written, when another process holds it, or when the secret in it is damaged.
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  makeFolder(path);
  const release = await holdFolder(path);
  try {
    const tokenSecret = readSecret(join(path, 'token-secret'));
    return { release, database: join(path, 'statuswire.db'), apiKeyFile: join(path, 'api-key'), tokenSecret };
  } catch (error) {
    release();
    throw error;
  }
}

/** A folder whose name a power cut takes back would take what was acknowledged with it. */
function makeFolder(path: string): void {
  const first = mkdirSync(path, { recursive: true, mode: 0o700 });
  if (first === undefined) return;
  for (let folder = resolve(path); folder.length >= resolve(first).length; folder = dirname(folder)) {
    syncFolder(dirname(folder));
  }
}

/** Base64 of at least 32 bytes, and nothing else: what a damaged file holds must not become a weak secret. */
const secretShape = /^(?:[0-9A-Za-z+/]{4}){10,}(?:[0-9A-Za-z+/]{2}==|[0-9A-Za-z+/]{3}=)?$/;

function readSecret(file: string): Uint8Array {
  const text = readOrMake(file, () => randomBytes(32).toString('base64'));
  const secret = Buffer.from(text, 'base64');
  if (!secretShape.test(text) || secret.length < 32) {
    throw new Error(`${file} must hold base64 of at least 32 bytes: restore it, or remove it to end all watch tokens`);
  }
  return secret;
}

/** Characters of the id and the secret of a key that we made (`newApiKey`). */
const madeId = /^[0-9a-f]{16}$/;
const madeSecretLength = 43;

/**
 * The first key: the one given (`STATUSWIRE_API_KEY`), else the one in the data folder's file, which is made where there
 * is none. Only one of them counts, for as long as its place says it. Throws when it is not of the form
 * `sw_<id>_<secret>`, or was cut short.
 */
export function readFirstKey({ apiKeyFile }: DataFolder, given: string | undefined, now: number): FirstKey {
  const text = given ?? readOrMake(apiKeyFile, makeKey);
  const record = firstKeyRecord(text, given === undefined ? Math.floor(statSync(apiKeyFile).mtimeMs) : now);
  if (record && !isCutShort(text)) return { text, record };
  if (given !== undefined) throw new Error(`STATUSWIRE_API_KEY ${keyForm}`);
  throw new Error(`${apiKeyFile} ${keyForm}: restore it, or remove it for a new first key`);
}

const keyForm = 'holds no API key of the form sw_<id>_<secret> (secret: 16 to 100 characters)';

function isCutShort(text: string): boolean {
  const { id, secret } = parseApiKey(text) ?? { id: '', secret: '' };
  return madeId.test(id) && secret.length < madeSecretLength;
}

const makeKey = (): string =>
  newApiKey({ tenant: 'default', scopes: [], label: '', createdAt: 0, random: randomBytes }).secretText;

/** Throws when the id of the first key is that of a stored one, which it could never be told from. */
export async function refuseTakenId(stored: Pick<Keys, 'find'>, { record }: FirstKey): Promise<void> {
  const taken = await stored.find(record.id);
  if (taken)
    throw new Error(
      `the first API key has the id ${record.id} of a key that was made by POST /keys; choose another id`,
    );
}

/** The file's text, or what `make` returns, written for its owner only. A file without text is as none. */
function readOrMake(file: string, make: () => string): string {
  const known = readText(file);
  if (known !== null) return known;
  const text = make();
  writeWhole(file, `${text}\n`);
  return text;
}
