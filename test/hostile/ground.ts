import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crashableServer } from '../crash/server.ts';
import { progressEvent, statusChange } from '../support/aws-shapes.ts';
import { samplesOf } from '../support/metrics-text.ts';

/** Megabytes of heap that the attacked service has. */
export const heapMb = 256;
const apiKey = `sw_first_${'h'.repeat(43)}`;

/** Where the service is, and the keys to it. */
export interface Place {
  readonly url: string;
  /** All scopes: the operator's own. */
  readonly operator: string;
  /** Scopes read, start and tokens: what a hostile tenant has. */
  readonly hostile: string;
  /** A second one, of nobody else. */
  readonly innocent: string;
}

/** What both sides need to speak to the service. */
export interface Ground extends Place {
  readonly send: (events: readonly unknown[], key?: string) => Promise<number>;
  /** A gauge of `/metrics`. */
  readonly sample: (name: string) => Promise<number>;
}

/** A running service with a small heap. */
export interface RunningGround extends Ground {
  readonly place: Place;
  readonly isRunning: () => boolean;
  readonly stop: () => Promise<void>;
}

/** The execution whose log is long: 1,000 updates of about half a kilobyte, to be asked for. */
export const longLog = { workflow: 'hostile', id: 'long' } as const;

export function groundAt(place: Place): Ground {
  const ask = asker(place);
  return {
    ...place,
    async send(events, key) {
      const answer = await ask('/events', events, key);
      await answer.arrayBuffer();
      return answer.status;
    },
    sample: async (name) => samplesOf(await (await ask('/metrics')).text()).get(name) ?? Number.NaN,
  };
}

const asker =
  ({ url, operator }: Pick<Place, 'url' | 'operator'>) =>
  (path: string, body?: unknown, key = operator): Promise<Response> =>
    fetch(`${url}${path}`, {
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });

export async function openGround(): Promise<RunningGround> {
  const folder = mkdtempSync(join(tmpdir(), 'statuswire-hostile-'));
  const server = await crashableServer({
    dataFolder: folder,
    apiKey,
    timeScale: 0.01,
    env: () => ({ NODE_OPTIONS: `--max-old-space-size=${heapMb}` }),
  });
  await server.start();
  const { url } = server;
  const ask = asker({ url, operator: apiKey });
  const newKey = async (scopes: readonly string[]): Promise<string> => {
    const answer = await ask('/keys', { tenant: 'default', scopes, label: 'hostile test' });
    const { key } = (await answer.json()) as { readonly key: string };
    return key;
  };
  const place: Place = {
    url,
    operator: apiKey,
    hostile: await newKey(['read', 'start', 'tokens']),
    innocent: await newKey(['read']),
  };
  const ground = groundAt(place);
  const startDate = Date.now();
  await ground.send([statusChange({ ...longLog, startDate })]);
  for (let from = 0; from < 1_000; from += 500) {
    const reports = Array.from({ length: 500 }, (_, at) => ({ sequence: from + at, message: 'x'.repeat(250) }));
    await ground.send(reports.map((report) => progressEvent({ ...longLog, at: startDate + 1_000, ...report })));
  }
  return {
    ...ground,
    place,
    isRunning: () => {
      const pid = server.pid();
      try {
        return pid !== undefined && process.kill(pid, 0);
      } catch {
        return false;
      }
    },
    async stop() {
      await server.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
