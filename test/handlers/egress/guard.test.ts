import { describe, expect, test } from 'vitest';
import { createGuard } from '../../../handlers/egress/guard.ts';
import { notPublic, oddHosts, publicAddresses } from './addresses.ts';

const answers: Readonly<Record<string, readonly string[]>> = {
  'public.example': ['8.8.8.8', '2606:4700:4700::1111'],
  'public.example.': ['8.8.8.8'],
  'private.example': ['10.0.0.1'],
  'metadata.example': ['169.254.169.254'],
  'mixed.example': ['8.8.8.8', '127.0.0.1'],
  'mixed6.example': ['8.8.8.8', '::1'],
  'allowed.example': ['10.9.0.1', '10.9.0.2'],
  'half.example': ['10.9.0.1', '8.8.8.8'],
};
const resolve = async (hostname: string) => answers[hostname] ?? [];
const closed = createGuard([], resolve);
const opened = createGuard(['10.9.0.0/16', '127.0.0.0/8'], resolve);

const urlOf = (address: string) => `https://${address.includes(':') ? `[${address}]` : address}/hook`;

describe('G9: URLs at registration', () => {
  test.each(notPublic)('https://%s is refused (%s)', async (address) => {
    expect(await closed.checkUrl(urlOf(address))).toEqual({
      type: 'private-address',
      reason: 'the host has an address that is not public',
    });
  });

  test.each(oddHosts)('https://%s is refused', async (host) => {
    expect(await closed.checkUrl(`https://${host}/hook`)).not.toBeNull();
    expect(await closed.checkUrl(`https://${host}:8443/hook`)).not.toBeNull();
  });

  test.each(publicAddresses)('https://%s is taken', async (address) => {
    expect(await closed.checkUrl(urlOf(address))).toBeNull();
  });

  test.each(['private.example', 'metadata.example', 'mixed.example', 'mixed6.example'])(
    'https://%s is refused by what it resolves to',
    async (host) => {
      expect(await closed.checkUrl(`https://${host}/`)).toEqual({
        type: 'private-address',
        reason: 'the host has an address that is not public',
      });
    },
  );

  test('a name with public addresses is taken, so is one that does not resolve (yet)', async () => {
    expect(await closed.checkUrl('https://public.example/')).toBeNull();
    expect(await closed.checkUrl('https://public.example./')).toBeNull();
    expect(await closed.checkUrl('https://nowhere.example/')).toBeNull();
  });

  test.each([
    'http://public.example/',
    'http://8.8.8.8/',
    'http://nowhere.example/',
    'http://half.example/',
    'ftp://8.8.8.8/',
    'file:///etc/passwd',
  ])('%s is refused: without TLS', async (url) => {
    expect(await closed.checkUrl(url)).not.toBeNull();
    expect(await opened.checkUrl(url)).toEqual({ type: 'refused', reason: 'the URL must begin with https://' });
  });

  test.each([
    'http://127.0.0.1:9000/hook',
    'https://127.0.0.1/',
    'http://localhost:9000/',
    'http://allowed.example/',
    'https://allowed.example/',
    'https://half.example/',
  ])('%s is taken where its addresses are allowed explicitly', async (url) => {
    expect(await closed.checkUrl(url)).not.toBeNull();
    expect(await opened.checkUrl(url)).toBeNull();
  });

  test('the form of the URL is checked here, too', async () => {
    expect(await closed.checkUrl('https://user:secret@8.8.8.8/')).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('user name'),
    });
    expect(await closed.checkUrl('nonsense')).toMatchObject({
      type: 'refused',
      reason: expect.stringContaining('cannot be read'),
    });
  });
});
