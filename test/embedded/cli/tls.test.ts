import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { connect } from 'node:tls';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TlsFiles } from '../../../embedded/service/tls.ts';
import { certificateIn } from '../../support/certificate.ts';
import { startChild } from '../../support/child.ts';
import { command, jsonLines } from './support/command.ts';

let folder: string;
let files: TlsFiles;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-tls-'));
  files = await certificateIn(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Serial number of the certificate that a new connection gets. */
async function serialAt(port: number): Promise<string> {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { serialNumber } = socket.getPeerCertificate();
  socket.destroy();
  return serialNumber;
}

/** Lines of a process's stream, one after the other. */
function linesOf(stream: ChildProcess['stdout']): () => Promise<string> {
  if (!stream) throw new Error('The process has no such stream.');
  const lines = createInterface({ input: stream })[Symbol.asyncIterator]();
  return async () => String((await lines.next()).value);
}

describe('serve --tls-cert --tls-key', () => {
  it.each([
    ['without the key', () => ['--tls-cert', files.certFile], 2, 'give both or none'],
    ['without the certificate', () => ['--tls-key', files.keyFile], 2, 'give both or none'],
    ['with the demo', () => ['--tls-cert', files.certFile, '--tls-key', files.keyFile, '--demo'], 2, '--demo does not'],
    [
      'with a file that is not there',
      () => ['--tls-cert', join(folder, 'none'), '--tls-key', files.keyFile],
      2,
      'The TLS certificate cannot be read: ENOENT',
    ],
    [
      'with the files mixed up',
      () => ['--tls-cert', files.keyFile, '--tls-key', files.certFile],
      2,
      'cannot be used: ',
    ],
  ])('%s does not start, and says why', async (_, args, code, message) => {
    const data = join(folder, 'refused');
    const finished = await command(['serve', '--port', '0', '--data', data, '--log-level', 'silent', ...args()]);
    expect(finished.code).toBe(code);
    expect(finished.stderr).toContain(message);
  });

  it('listens with https, and SIGHUP brings the renewed certificate, or keeps the old one', async () => {
    const renewed = await certificateIn(folder, 'renewed');
    const bin = fileURLToPath(new URL('../../../bin/statuswire.js', import.meta.url));
    const args = ['--port', '0', '--data', join(folder, 'data'), '--tls-cert', renewed.certFile];
    const child = startChild(process.execPath, [bin, 'serve', ...args, '--tls-key', renewed.keyFile]);
    try {
      const [said, logged] = [linesOf(child.stdout), linesOf(child.stderr)];
      const listens = await said();
      expect(listens).toMatch(/listens on https:\/\/127\.0\.0\.1:\d+ /);
      const port = Number(/:(\d+) /.exec(listens)?.[1]);
      /** Lines that the service logs on the way are none of ours. */
      const reloaded = async (): Promise<string> => {
        const [{ msg } = {}] = jsonLines(await logged());
        return typeof msg === 'string' && msg.includes('certificate') ? msg : reloaded();
      };
      // The first lines are printed before the signals are listened to; this one comes after.
      while (!(await said()).startsWith('API key'));
      const before = await serialAt(port);

      writeFileSync(renewed.certFile, 'no PEM');
      child.kill('SIGHUP');
      expect(await reloaded()).toBe('the certificate is kept: the new one cannot be used');
      expect(await serialAt(port)).toBe(before);

      await certificateIn(folder, 'renewed');
      child.kill('SIGHUP');
      expect(await reloaded()).toBe('certificate and key read again');
      expect(await serialAt(port)).not.toBe(before);

      child.kill('SIGTERM');
      expect(await once(child, 'exit')).toEqual([0, null]);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
