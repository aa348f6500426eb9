import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';

/** Where the certificate and its key are, as PEM. */
export interface TlsFiles {
  /** The server's own certificate first, then those between it and the root. */
  readonly certFile: string;
  /** Not encrypted. */
  readonly keyFile: string;
}

/** As node:https takes them. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/**
 * Reads both files and looks whether they belong together, so that a mistake is told when the service starts and not to
 * each client at its handshake.
 *
 * @throws Error that names the file and what is wrong with it.
 */
export function readTls({ certFile, keyFile }: TlsFiles): Tls {
  const cert = readPart('certificate', certFile);
  const key = readPart('private key', keyFile);
  const certificate = parsePart('certificate', certFile, () => new X509Certificate(cert));
  const privateKey = parsePart('private key', keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new Error(`The TLS private key ${keyFile} does not belong to the certificate ${certFile}.`);
  // What else OpenSSL may refuse: a chain that is broken further on, a key that is too weak.
  parsePart('certificate', certFile, () => createSecureContext({ cert, key }));
  return { cert, key };
}

function readPart(what: string, file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Error(`The TLS ${what} cannot be read: ${messageOf(error)}`);
  }
}

function parsePart<T>(what: string, file: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new Error(`The TLS ${what} ${file} cannot be used: ${messageOf(error)}`);
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
