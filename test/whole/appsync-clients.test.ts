import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateIn } from '../support/certificate.ts';
import { runChild } from '../support/child.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

type Updates = readonly { readonly seq: number; readonly id: string; readonly tenant: string }[];
interface Report {
  readonly logs: { readonly one: Updates; readonly two: Updates; readonly foreign: Updates };
  readonly heard: { readonly [client: string]: Updates };
  readonly status: unknown;
  readonly apolloStatus: unknown;
  readonly failures: { readonly [client: string]: unknown };
  readonly received: readonly string[];
}

const main = fileURLToPath(new URL('appsync-clients/main.ts', import.meta.url));
let folder: string;
let kit: ServiceKit;
let report: Report;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-tls-'));
  const tls = await certificateIn(folder);
  kit = await serviceKit({ tls });
  const { stdout } = await runChild([main], {
    env: {
      ...process.env,
      NODE_EXTRA_CA_CERTS: tls.certFile,
      SERVICE_URL: kit.service.url,
      SERVICE_KEY: kit.service.apiKey,
    },
  });
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
});
afterAll(async () => {
  await kit.stop();
  rmSync(folder, { recursive: true, force: true });
});

const byExecution = (updates: Updates): { readonly [id: string]: Updates | undefined } =>
  Object.groupBy(updates, ({ id }) => id);

describe('AppSync’s official clients over wss, nothing of them changed', () => {
  it.each(['amplifyOne', 'amplifyByToken', 'apolloOne'])(
    'S17: %s gets its execution, each seq once, in order, whole',
    (client) => {
      expect(report.logs.one.length).toBeGreaterThan(3);
      expect(report.heard[client]).toEqual(report.logs.one);
    },
  );

  it.each(['amplifyAll', 'apolloAll'])('S17: %s gets all of its tenant’s executions and no other’s', (client) => {
    expect(byExecution(report.heard[client] ?? [])).toEqual({ one: report.logs.one, two: report.logs.two });
  });

  it('G9: another tenant gets its own alone', () => {
    expect(report.heard.apolloOther).toEqual(report.logs.foreign);
    expect(new Set(report.logs.foreign.map(({ tenant }) => tenant))).toEqual(new Set(['other']));
  });

  it('an id that is null is not one left out: nothing has it', () => {
    expect(report.heard.amplifyNullId).toEqual([]);
  });

  it('queries go by POST /graphql, with x-api-key', () => {
    expect(report.status).toEqual({ data: { status: { seq: report.logs.one.length, status: 'SUCCEEDED' } } });
    expect(report.apolloStatus).toMatchObject({ updates: { updates: [{ seq: 1 }] } });
  });

  it('a wrong key surfaces as each of them shows it', () => {
    expect(report.failures.amplify).toMatchObject({ errors: [{ message: expect.stringMatching(/Unauthorized/) }] });
    expect(report.failures.apollo).toMatchObject({
      errors: [{ message: 'Connection failed: UnauthorizedException' }],
    });
    expect(report.failures.amplifyQuery).toMatchObject({ errors: [{ message: 'Unauthorized' }] });
  });

  it('no message came that they do not know', () => {
    expect(report.received).toEqual([
      'complete',
      'connection_ack',
      'connection_error',
      'data',
      'error',
      'ka',
      'start_ack',
    ]);
  });
});
