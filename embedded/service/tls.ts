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

/** As node:https takes it, also for `setSecureContext`. */
export interface Tls {
  readonly cert: Buffer;
  readonly key: Buffer;
  readonly minVersion: 'TLSv1.2';
  readonly ciphers: string;
}

/**
 * Nothing that a stolen key could decrypt later: of TLS 1.2 only what agrees on a key by ECDHE and encrypts with
 * authentication (RFC 9325 §4.1, §4.2); all of TLS 1.3 does. Node's own list also has RSA key transport and CBC.
 */
const secrecy = {
  minVersion: 'TLSv1.2',
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    'ECDHE-ECDSA-AES128-GCM-SHA256',
    'ECDHE-RSA-AES128-GCM-SHA256',
    'ECDHE-ECDSA-AES256-GCM-SHA384',
    'ECDHE-RSA-AES256-GCM-SHA384',
    'ECDHE-ECDSA-CHACHA20-POLY1305',
    'ECDHE-RSA-CHACHA20-POLY1305',
  ].join(':'),
} as const;

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
  parsePart('certificate', certFile, () => createSecureContext({ cert, key, ...secrecy }));
  return { cert, key, ...secrecy };
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
