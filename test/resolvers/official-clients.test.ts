import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificateIn } from '../support/certificate.ts';
import { runChild } from '../support/child.ts';
import { type Expected, expected } from './official-clients/published.ts';

interface Report {
  readonly heard: { readonly [client in keyof Expected]: unknown };
  readonly status: unknown;
  readonly failures: { readonly [client: string]: unknown };
  readonly received: readonly string[];
}

const main = fileURLToPath(new URL('official-clients/main.ts', import.meta.url));
let folder: string;
let report: Report;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-tls-'));
  const { certFile, keyFile } = await certificateIn(folder);
  const { stdout } = await runChild([main], {
    env: { ...process.env, NODE_EXTRA_CA_CERTS: certFile, TLS_CERT: certFile, TLS_KEY: keyFile },
  });
  report = JSON.parse(stdout.trim().split('\n').at(-1) ?? '');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('AppSync’s official clients, over the resolvers that are deployed', () => {
  it.each(Object.keys(expected) as (keyof Expected)[])(
    'G9, S17, S28: %s gets exactly its own, in order, whole',
    (client) => {
      expect(report.heard[client]).toEqual(expected[client]);
    },
  );

  it('a query by a watch token', () => {
    const output = expected.amplifyOne.at(-1)?.output;
    expect(report.status).toEqual({ data: { status: { seq: 3, output } } });
  });

  it('S28: a token that names executions needs an id that it names', () => {
    expect(report.failures.amplifyWithoutId).toMatchObject({
      errors: [{ message: expect.stringMatching(/Unauthorized.*subscribe with an id/) }],
    });
    expect(report.failures.apolloUnnamed).toMatchObject({
      errors: [{ message: expect.stringMatching(/Unauthorized.*do not allow/) }],
    });
  });

  it('G9: a company’s own token, in the mode oidc, is refused what its claims do not name', () => {
    expect(report.failures.amplifyOidc).toMatchObject({
      errors: [{ message: expect.stringMatching(/Unauthorized.*do not allow/) }],
    });
  });

  it('a wrong key is let in nowhere', () => {
    expect(report.failures.apolloWrong).toMatchObject({
      errors: [{ message: 'Connection failed: UnauthorizedException' }],
    });
  });

  it('no message came that they do not know', () => {
    const known = ['complete', 'connection_ack', 'connection_error', 'data', 'error', 'ka', 'start_ack'];
    expect(report.received).toEqual(known);
  });
});
