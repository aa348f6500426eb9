import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ConnectionOptions, connect, type TLSSocket } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { readTls, type TlsFiles } from '../../../embedded/service/tls.ts';
import { certificateIn } from '../../support/certificate.ts';
import { serviceKit } from '../../support/service-kit.ts';

let folder: string;
let own: TlsFiles;
let other: TlsFiles;
let garbage: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-tls-'));
  [own, other] = await Promise.all([certificateIn(folder), certificateIn(folder, 'other')]);
  garbage = join(folder, 'garbage');
  writeFileSync(garbage, 'no PEM');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The answer's JSON and the serial number of the certificate it came with. */
function ask(url: string): Promise<{ readonly body: unknown; readonly serial: string }> {
  return new Promise((resolve, reject) => {
    get(url, { rejectUnauthorized: false, agent: false }, (response) => {
      const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve({ body: JSON.parse(text), serial: serialNumber }));
    }).on('error', reject);
  });
}

/** The suite that a client and the service agree on, or the code of the error where they do not. */
function handshake(url: string, options: ConnectionOptions): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false, ...options }, () => {
      resolve(socket.getCipher().standardName);
      socket.destroy();
    });
    socket.once('error', (error) => resolve('code' in error ? String(error.code) : error.message));
  });
}

describe('certificate and key', () => {
  it('are taken when they belong together', () => {
    expect(readTls(own).cert.toString()).toContain('BEGIN CERTIFICATE');
  });

  it.each<[string, () => TlsFiles, RegExp]>([
    [
      'a certificate that is not there',
      () => ({ ...own, certFile: join(folder, 'none') }),
      /certificate cannot be read: .*none/,
    ],
    [
      'a key that is not there',
      () => ({ ...own, keyFile: join(folder, 'none') }),
      /private key cannot be read: .*none/,
    ],
    ['a certificate that is none', () => ({ ...own, certFile: garbage }), /certificate .*garbage cannot be used/],
    ['a key that is none', () => ({ ...own, keyFile: garbage }), /private key .*garbage cannot be used/],
    ['the files mixed up', () => ({ certFile: own.keyFile, keyFile: own.certFile }), /certificate .* cannot be used/],
    [
      'another one’s key',
      () => ({ ...own, keyFile: other.keyFile }),
      /other\.key does not belong to the certificate .*own\.crt/,
    ],
  ])('are refused, with the file and the reason: %s', (_, files, reason) => {
    expect(() => readTls(files())).toThrow(reason);
  });
});

describe('a service with TLS', () => {
  it('S22: is https and wss alone, discovery included, and takes a renewed certificate', async () => {
    const files = await certificateIn(folder, 'renewed');
    const kit = await serviceKit({ tls: files });
    try {
      const { url } = kit.service;
      expect(url).toMatch(/^https:/);
      const before = await ask(`${url}/.well-known/statuswire`);
      const channels = (
        before.body as { readonly channels: readonly { readonly protocol: string; readonly url: string }[] }
      ).channels;
      expect(channels.map(({ protocol, url: at }) => `${protocol} ${at}`)).toEqual([
        `graphql-transport-ws ${url.replace('https', 'wss')}/graphql`,
        `appsync ${url}/graphql`,
        `http ${url}`,
        `standard-webhooks ${url}/webhooks`,
      ]);
      await expect(fetch(`${url.replace('https', 'http')}/healthz`)).rejects.toThrow();

      const socket = new WebSocket(`${url.replace('https', 'wss')}/graphql`, 'graphql-transport-ws', {
        rejectUnauthorized: false,
      });
      const acknowledged = new Promise((resolve) =>
        socket.once('message', (data) => resolve(JSON.parse(String(data)))),
      );
      socket.once('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: kit.service.apiKey } })),
      );
      expect(await acknowledged).toEqual({ type: 'connection_ack' });
      socket.terminate();

      writeFileSync(files.certFile, 'no PEM');
      expect(() => kit.service.reloadTls()).toThrow(/cannot be used/);
      expect((await ask(`${url}/healthz`)).serial).toBe(before.serial);
      await certificateIn(folder, 'renewed');
      kit.service.reloadTls();
      expect((await ask(`${url}/healthz`)).serial).not.toBe(before.serial);
    } finally {
      await kit.stop();
    }
  });

  it('agrees on nothing without forward secrecy, also after its certificate was renewed', async () => {
    // Key transport needs RSA.
    const kit = await serviceKit({ tls: await certificateIn(folder, 'rsa', 'rsa') });
    const old = { maxVersion: 'TLSv1.2' } as const;
    const offers: readonly (readonly [ConnectionOptions, RegExp])[] = [
      [{}, /^TLS_AES_256_GCM_SHA384$/],
      [old, /^TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256$/],
      [{ ...old, ciphers: 'ECDHE-RSA-CHACHA20-POLY1305' }, /^TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256$/],
      // Key transport by RSA; then with forward secrecy, but CBC; then by finite fields.
      [{ ...old, ciphers: 'AES256-GCM-SHA384:AES128-GCM-SHA256:AES256-SHA256:AES128-SHA' }, /HANDSHAKE_FAILURE/],
      [{ ...old, ciphers: 'ECDHE-RSA-AES256-SHA384:ECDHE-RSA-AES128-SHA' }, /HANDSHAKE_FAILURE/],
      [{ ...old, ciphers: 'DHE-RSA-AES256-GCM-SHA384' }, /HANDSHAKE_FAILURE/],
      [{ minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'ALL@SECLEVEL=0' }, /PROTOCOL_VERSION/],
    ];
    try {
      for (const [offer, outcome] of offers) expect(await handshake(kit.service.url, offer)).toMatch(outcome);
      kit.service.reloadTls();
      for (const [offer, outcome] of offers) expect(await handshake(kit.service.url, offer)).toMatch(outcome);
    } finally {
      await kit.stop();
    }
  });

  it('does not start with a certificate that cannot be used, and leaves the folder free', async () => {
    const failed = serviceKit({ tls: { ...own, keyFile: other.keyFile } });
    await expect(failed).rejects.toThrow(/does not belong/);
  });
});
