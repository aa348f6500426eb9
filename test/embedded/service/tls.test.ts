import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
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

  it('does not start with a certificate that cannot be used, and leaves the folder free', async () => {
    const failed = serviceKit({ tls: { ...own, keyFile: other.keyFile } });
    await expect(failed).rejects.toThrow(/does not belong/);
  });
});
