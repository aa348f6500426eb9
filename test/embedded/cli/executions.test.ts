import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { command, jsonLines } from './support/command.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const run = (...args: readonly string[]) =>
  command(args, { STATUSWIRE_URL: kit.service.url, STATUSWIRE_API_KEY: kit.service.apiKey });

describe('start, status, watch', () => {
  it('print the id, the latest update and every update, one line each; exit code 0', async () => {
    const input = '{"orderId":"A","total":7}';
    expect(await run('start', 'orders', '--id', 'cli-1', '--input', input)).toEqual({
      ...{ code: 0, stdout: 'cli-1\n', stderr: '' },
    });
    const watched = await run('watch', 'orders', 'cli-1');
    expect(watched).toMatchObject({ code: 0, stderr: '' });
    const lines = watched.stdout.trimEnd().split('\n');
    expect(lines[0]).toBe('  1  PENDING');
    expect(lines.at(-1)).toMatch(
      /^ +\d+ {2}SUCCEEDED {2}.* {2}\{"orderId":"A","total":7,"trackingNumber":"SW-cli-1"\}$/,
    );
    const status = await run('status', 'orders', 'cli-1');
    expect(status).toEqual({ code: 0, stdout: `${lines.at(-1)}\n`, stderr: '' });
  });

  it('with --json print what the API answers, one value a line', async () => {
    const started = await run('start', 'orders', '--id', 'cli-2', '--json');
    expect(jsonLines(started.stdout)).toMatchObject([{ workflow: 'orders', id: 'cli-2', token: expect.any(String) }]);
    for (const channel of ['polling', 'subscription']) {
      const watched = await run('watch', 'orders', 'cli-2', '--json', '--channel', channel);
      const log = await kit.updatesOf('orders', 'cli-2');
      expect(jsonLines(watched.stdout).map(({ skipped: _, ...update }) => update)).toEqual(log);
    }
    const [latest] = jsonLines((await run('status', 'orders', 'cli-2', '--json')).stdout);
    expect(latest).toEqual((await kit.updatesOf('orders', 'cli-2')).at(-1));
  });

  it('watch of one that failed is exit code 1, with the whole log and nothing on standard error', async () => {
    await run('start', 'orders', '--id', 'cli-3', '--input', '{"payment":"declined"}');
    const { code, stdout, stderr } = await run('watch', 'orders', 'cli-3');
    expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
    expect(stdout).toMatch(/ {2}FAILED .* {2}PaymentProcessingError Payment processing failed\n$/);
  });

  it('an id that is taken and an execution that is not there are exit code 1, with a sentence', async () => {
    await run('start', 'orders', '--id', 'cli-4');
    expect(await run('start', 'orders', '--id', 'cli-4')).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringContaining('409') },
    });
    expect(await run('status', 'orders', 'absent')).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringContaining('404') },
    });
  });
});

describe('redrive and forget', () => {
  it('redrive goes on with one that failed; watch then reads past the failure to the end', async () => {
    await run('start', 'orders', '--id', 'cli-5', '--input', '{"carrier":"down-once"}');
    expect((await run('watch', 'orders', 'cli-5')).code).toBe(1);
    expect(await run('redrive', 'orders', 'cli-5')).toEqual({
      ...{ code: 0, stdout: 'Redriven orders/cli-5: redrive 1.\n', stderr: '' },
    });
    const watched = await run('watch', 'orders', 'cli-5', '--json');
    expect(watched.code).toBe(0);
    expect(jsonLines(watched.stdout).flatMap(({ done, status }) => (done ? [status] : []))).toEqual([
      ...['FAILED', 'SUCCEEDED'],
    ]);
    expect(await run('redrive', 'orders', 'cli-5', '--json')).toMatchObject({
      ...{ code: 1, stdout: '', stderr: expect.stringContaining('409: The present state does not allow this.') },
    });
  });

  it('--json prints what the API answers', async () => {
    await run('start', 'orders', '--id', 'cli-6', '--input', '{"carrier":"down"}');
    await run('watch', 'orders', 'cli-6');
    const [answer] = jsonLines((await run('redrive', 'orders', 'cli-6', '--json')).stdout);
    expect(answer).toEqual({ workflow: 'orders', id: 'cli-6', redriveCount: 1, redrivenAt: expect.any(String) });
    await run('watch', 'orders', 'cli-6');
    const forgotten = await run('forget', 'orders', 'cli-6', '--json');
    expect(jsonLines(forgotten.stdout)).toEqual([{ workflow: 'orders', id: 'cli-6', forgotten: true }]);
    expect(await run('forget', 'orders', 'cli-6')).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  });
});
