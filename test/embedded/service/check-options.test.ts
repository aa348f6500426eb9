import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { afterAll, describe, expect, it } from 'vitest';
import { checkOptions } from '../../../embedded/service/check-options.ts';
import { serviceKit } from '../../support/service-kit.ts';

const folder = mkdtempSync(join(tmpdir(), 'statuswire-options-'));
const file = join(folder, 'a-file');
writeFileSync(file, '');
afterAll(() => rmSync(folder, { recursive: true }));

const options = { dataFolder: folder, logger: pino({ level: 'silent' }) };

describe('the options of startService', () => {
  it.each([
    [{ basePath: '/a/../b' }, /^The option basePath cannot be "\/a\/\.\.\/b": a path prefix/],
    [{ publicUrl: 'example.com' }, /^The option publicUrl cannot be "example.com": it is a whole URL/],
    [{ origins: ['*', 'ftp://x'] }, /^The option origins cannot be "ftp:\/\/x": an origin begins/],
    [{ dataFolder: file }, /^The option dataFolder cannot be .*: it is no folder\.$/],
    [{ workflowsFolder: join(folder, 'none') }, /^The option workflowsFolder cannot be .*: there is no such folder\.$/],
    [{ webhookAllow: ['10.0.0.0/99'] }, /^The option webhookAllow cannot be "10\.0\.0\.0\/99": /],
  ])('%j is refused by the rule of the command line', (given, reason) => {
    expect(() => checkOptions({ ...options, ...given })).toThrow(reason);
  });

  it('a list of origins that needs no change stays the same list: its owner may add to it', () => {
    const origins = ['https://shop.example'];
    expect(checkOptions({ ...options, origins }).origins).toBe(origins);
    expect(checkOptions({ ...options, origins: ['https://Shop.example/'] }).origins).toEqual(origins);
  });

  it.each(['a', '/a/', '/a'])('every door is below the base path, however it is spelt: %s', async (basePath) => {
    const kit = await serviceKit({
      basePath,
      publicUrl: 'https://api.example.com/sw/',
      origins: ['https://shop.example/'],
    });
    try {
      expect(kit.service.url).toMatch(/:\d+\/a$/);
      const { body, headers } = await kit.call('/.well-known/statuswire', {
        headers: { origin: 'https://shop.example' },
      });
      expect(headers.get('access-control-allow-origin')).toBe('https://shop.example');
      const urls = body.channels.map(({ url }: { url: string }) => url);
      expect(urls).toContain('wss://api.example.com/sw/graphql');
      const socket = new WebSocket(`${kit.service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
      await new Promise((resolve, reject) => {
        socket.onopen = resolve;
        socket.onerror = reject;
      });
      socket.close();
    } finally {
      await kit.stop();
    }
  });
});
