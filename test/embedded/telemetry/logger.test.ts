import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logRequest } from '../../../embedded/telemetry/access-log.ts';
import { createLogger, withoutSecrets } from '../../../embedded/telemetry/logger.ts';
import { serviceKit } from '../../support/service-kit.ts';

/** A logger that keeps its lines. */
function kept(level: string) {
  const lines: string[] = [];
  const logger = createLogger({ level, destination: { write: (line) => void lines.push(line) } });
  return { logger, lines, parsed: () => lines.map((line) => JSON.parse(line)) };
}

const receiver = createServer((request, response) => {
  request.resume().on('end', () => response.writeHead(500).end());
});
beforeAll(() => new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve)));
afterAll(() => void receiver.close());

describe('log lines', () => {
  it('hold no credential, by member name and by form', () => {
    const { logger, lines } = kept('trace');
    const key = 'sw_abc_0123456789abcdefXYZ';
    const jwt = 'eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnQiOiJ4In0.c2lnbmF0dXJl';
    logger.info({
      authorization: 'Basic hunter2',
      secret: 'hunter2',
      a: { token: 'hunter2', b: { apiKey: 'hunter2' } },
    });
    logger.info({ headers: { authorization: 'Bearer hunter2-is-longer', cookie: 'hunter2' } }, `key ${key}`);
    logger.error({ err: new Error(`refused ${jwt} and whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw`) }, 'failed');
    const dump = lines.join('');
    expect(dump).not.toMatch(/hunter2|0123456789abcdef|eyJ|whsec_/);
    expect(dump).toContain('sw_abc_[Redacted]');
    expect(lines.map((line) => JSON.parse(line).level)).toEqual([30, 30, 50]);
  });

  it('stay JSON whatever stands around a credential', () => {
    const text = JSON.stringify({ msg: 'Authorization: "Bearer abc"\n', next: 1 });
    expect(JSON.parse(withoutSecrets(text))).toEqual({ msg: 'Authorization: "Bearer [Redacted]"\n', next: 1 });
  });

  it('of requests are debug, and warn for 5xx', () => {
    const { logger, parsed } = kept('debug');
    const request = { requestId: 'r-1', method: 'GET', route: '/healthz', path: '/healthz', durationMs: 1.234 };
    logRequest(logger, { ...request, status: 200 });
    logRequest(logger, { ...request, status: 503 });
    expect(parsed()).toMatchObject([
      { level: 20, requestId: 'r-1', status: 200, durationMs: 1.2 },
      { level: 40, status: 503 },
    ]);
  });
});

describe('the log of a whole scenario', () => {
  it('holds no key, secret, token, input or query, and one line per request with its id', async () => {
    const { logger, lines, parsed } = kept('trace');
    const kit = await serviceKit({ logger });
    const { port } = receiver.address() as AddressInfo;
    const url = `http://127.0.0.1:${port}/hook?password=in-the-query`;
    const hook = (await kit.call('/webhooks', { body: { url } })).body;
    const made = (await kit.call('/keys', { body: { tenant: 'other', scopes: ['read'], label: 'x' } })).body;
    const executions = [{ workflow: 'orders', id: 'log-1' }];
    const token = (await kit.call('/tokens', { body: { executions } })).body.token;
    const input = { card: 'input-is-private', payment: 'declined' };
    await kit.call('/executions/orders', { body: { id: 'log-1', input }, headers: { 'x-request-id': 'my-request' } });
    await kit.call('/status/orders/log-1?secret=in-the-query', { credential: token });
    await kit.call('/status/orders/log-1', { credential: 'sw_wrong_0123456789abcdefXYZ' });
    await kit.call('/events', { body: [{ secret: 'input-is-private' }] });
    const failed = 'a webhook was not accepted; it is sent again';
    while (!lines.some((line) => line.includes(failed))) await kit.call('/healthz');
    while (!(await kit.call('/status/orders/log-1')).body.done);
    await kit.stop();

    const secrets = [kit.service.apiKey, hook.secret, made.key, token, '0123456789abcdefXYZ'];
    expect(secrets.every((secret) => typeof secret === 'string' && secret.length > 15)).toBe(true);
    const dump = lines.join('');
    for (const secret of [...secrets, 'in-the-query', 'input-is-private']) expect(dump).not.toContain(secret);
    const line = parsed().find((one) => one.requestId === 'my-request');
    expect(line).toMatchObject({ level: 20, method: 'POST', route: '/executions/:workflow', status: 202 });
    expect(parsed().find((one) => one.msg === failed)).toMatchObject({ endpointId: hook.id, reason: 'status 500' });
  });
});
