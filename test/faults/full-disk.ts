import { caller, eachOf, repeat } from '../crash/calls.ts';
import { isContiguous, readToEnd } from '../crash/logs.ts';
import { crashableServer } from '../crash/server.ts';
import { openSmallDisk } from '../support/small-disk.ts';
import { createTally, type FaultOptions, messageOf, type Outcome } from './report.ts';

const apiKey = 'sw_disk_0123456789abcdefghijklmnopqrstuvwxyz';
const rounds = 4;
const text = 'i'.repeat(60_000);
const sentence = /ended with 1: .*statuswire: .{20}/s;

/** Fills the disk under a server, ends it, starts it on the full disk; with room again all that was accepted must end. */
export async function fullDisk({ random, print }: FaultOptions): Promise<Outcome> {
  const tally = createTally();
  const disk = await openSmallDisk(24);
  if (disk === null) {
    return { ...tally.outcome(), skipped: 'no user namespaces here (unshare -rm), so no disk of our own to fill' };
  }
  const { folder: dataFolder, launcher } = disk;
  const server = await crashableServer({ dataFolder, launcher, apiKey, timeScale: 0.01 });
  const call = caller(server.url, apiKey);
  const accepted: string[] = [];
  try {
    await server.start();
    for (let round = 0; round < rounds; round += 1) {
      disk.fill();
      for (let n = 0; n < 100; n += 1) {
        const id = `${round}-${n}`;
        const { status } = await call('POST', '/executions/orders', { id, input: { text } });
        if (status === 503) break;
        accepted.push(id);
      }
      const isKilled = random() < 0.6;
      if (isKilled) await server.kill();
      else await server.stop();
      const how = isKilled ? 'killed' : 'stopped';
      const started = await server.start().then(
        () => true,
        (error: unknown) => {
          if (!sentence.test(messageOf(error))) tally.fail(`${how}: the start says nothing (${messageOf(error)})`);
          return false;
        },
      );
      if (started) {
        const { problems } = (await (await call('GET', '/healthz')).json()) as {
          readonly problems?: readonly string[];
        };
        if (!problems?.includes('writes-refused')) tally.fail(`${how}: /healthz says nothing of the full disk`);
      }
      disk.free();
      if (!started) await server.start();
      try {
        await eachOf(accepted, 8, async (id) => {
          if (!isContiguous(await readToEnd(call, 'orders', id))) tally.fail(`${id} has gaps`);
        });
        await repeat(async () => (await (await call('GET', '/healthz')).text()) === '{"status":"ok"}' || null, 20_000);
      } catch (error) {
        tally.fail(`${how}, started on a full disk: what was accepted does not end (${messageOf(error)})`);
      }
      tally.count(started ? `${how}, listened` : `${how}, refused in a sentence`);
      print(
        `full disk: ${how}; the start ${started ? 'listens' : 'is refused'}; ${accepted.length} accepted, all ended`,
      );
      for (const id of accepted.splice(0)) await call('DELETE', `/executions/orders/${id}`);
    }
    if ((await server.stop()) !== 0) tally.fail('the server did not stop with exit code 0');
    return tally.outcome();
  } finally {
    await server.kill();
    disk.close();
  }
}
