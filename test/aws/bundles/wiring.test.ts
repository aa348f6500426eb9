import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { variables } from '../../../aws/lambda/variables.ts';
import { bundleLambdas } from '../../../infra/bundle/bundle.ts';
import { startIssuer } from '../../handlers/authorize/support/issuer.ts';
import { base, eventOf, gatewayKit } from '../api/support/gateway-kit.ts';
import { type LocalSecrets, startLocalSecrets } from './local-secrets.ts';
import { runBundle } from './run-bundle.ts';

const outDir = mkdtempSync(join(tmpdir(), 'statuswire-wiring-'));
const { api, authorize, graphql } = bundleLambdas({
  ...{ outDir, workflows: { orders: { config: {} }, clicks: { config: {}, express: true } } },
  names: ['api', 'authorize', 'graphql'],
});
const key = 'sw_first_original-secret-1';
const authorization = { authorization: `Bearer ${key}` };
let aws: LocalSecrets;

beforeAll(async () => {
  aws = await startLocalSecrets();
});
afterAll(async () => {
  await aws.close();
  rmSync(outDir, { recursive: true });
});

describe('the Lambda authorize', () => {
  it('lets the first key in, whatever it asks for, and no other credential', async () => {
    const events = [key, 'sw_first_another-secret-22', 'sw_nobody_original-secret-1', 'eyJhbGciOiJub25lIn0.e30.'];
    const { answers } = await runBundle(
      authorize.folder,
      events.map((authorizationToken) => ({ authorizationToken, requestContext: {} })),
      aws.url,
    );
    expect(answers.map(({ isAuthorized }) => isAuthorized)).toEqual([true, false, false, false]);
    expect(JSON.parse(answers[0].resolverContext.caller)).toMatchObject({ type: 'key', keyId: 'first' });
  });

  it('fails, so that AppSync lets nobody in, when the secrets cannot be had; the credential is in no log', async () => {
    aws.broken = true;
    const { answers, log } = await runBundle(authorize.folder, [{ authorizationToken: key }], aws.url);
    aws.broken = false;
    expect(answers).toEqual([{ thrown: 'Error' }]);
    expect(log).toContain('cannot be had');
    expect(log).not.toContain('original-secret-1');
  });
});

describe('a company’s own OpenID Connect tokens', () => {
  const config = (issuer: string) => ({
    [variables.oidc]: JSON.stringify({
      issuer,
      audience: 'statuswire',
      tenant: { constant: 'default' },
      access: 'tenant',
    }),
  });

  it('are taken by api and authorize where the environment says whose', async () => {
    const issuer = await startIssuer();
    try {
      const token = await issuer.sign();
      const status = eventOf({ path: '/status/orders/order-1', headers: { authorization: `Bearer ${token}` } });
      const taken = await runBundle(api.folder, [status], aws.url, config(issuer.issuer));
      expect(taken.answers[0].statusCode).toBe(404);
      expect((await runBundle(api.folder, [status], aws.url)).answers[0].statusCode).toBe(401);
      const asked = [
        { authorizationToken: `sw_${token}` },
        { authorizationToken: `sw_${await issuer.sign({ aud: 'x' })}` },
      ];
      const { answers } = await runBundle(authorize.folder, asked, aws.url, config(issuer.issuer));
      expect(answers.map(({ isAuthorized }) => isAuthorized)).toEqual([true, false]);
      expect(JSON.parse(answers[0].resolverContext.caller)).toMatchObject({ grant: { type: 'tenant' }, subject: 'u1' });
    } finally {
      await issuer.close();
    }
  });

  it('configured wrongly, no Lambda starts', async () => {
    await expect(runBundle(authorize.folder, [], aws.url, config('id.example.com'))).rejects.toThrow('issuer');
  });
});

describe('the Lambda graphql', () => {
  it('answers a resolver from the table, and tells an incident of what is no question', async () => {
    const caller = JSON.stringify({ type: 'key', keyId: 'k', tenant: 'default', scopes: ['read'] });
    const args = { workflow: 'orders', id: 'order-1' };
    const { answers, log } = await runBundle(graphql.folder, [{ field: 'status', args, caller }, {}], aws.url);
    expect(answers[0]).toEqual({ type: 'data', data: null });
    expect(answers[1]).toMatchObject({ type: 'error', errorType: 'InternalFailure' });
    const [incident] = /[0-9A-Z]{26}/.exec(answers[1].message) ?? [];
    expect(log).toContain(String(incident));
  });
});

describe('the Lambda api', () => {
  it('checks keys by Secrets Manager and reads the table', async () => {
    const { answers } = await runBundle(
      api.folder,
      [
        eventOf({ path: '/healthz' }),
        eventOf({ path: '/status/orders/order-1', headers: authorization }),
        eventOf({ path: '/status/orders/order-1', headers: { authorization: 'Bearer sw_first_another-secret-22' } }),
        eventOf({ path: '/keys', headers: authorization }),
      ],
      aws.url,
    );
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 404, 401, 200]);
    expect(JSON.parse(answers[3].body).keys).toMatchObject([{ id: 'first', label: 'first key' }]);
    expect(aws.calls).toContain('GetItem');
  });

  it('lists the channels that the environment names (S22)', async () => {
    const { answers } = await runBundle(api.folder, [eventOf({ path: '/.well-known/statuswire' })]);
    expect(JSON.parse(answers[0].body).channels).toEqual([
      { channel: 'subscription', protocol: 'graphql-transport-ws', url: expect.stringMatching(/^wss:/) },
      { channel: 'subscription', protocol: 'appsync', url: expect.stringMatching(/graphql$/), region: 'eu-west-1' },
      { channel: 'polling', protocol: 'http', url: base },
      { channel: 'webhook', protocol: 'standard-webhooks', url: `${base}/webhooks` },
    ]);
  });

  it('closes when the secrets cannot be had: 503, logged, without the credential', async () => {
    aws.broken = true;
    const { answers, log } = await runBundle(api.folder, [eventOf({ path: '/keys', headers: authorization })], aws.url);
    aws.broken = false;
    expect(answers[0].statusCode).toBe(503);
    expect(log).toContain('cannot be had');
    expect(log).not.toContain('original-secret-1');
  });

  it('has no start for Express and for what nobody configured (S5)', async () => {
    const start = (workflow: string) =>
      eventOf({ method: 'POST', path: `/executions/${workflow}`, headers: authorization });
    const { answers } = await runBundle(api.folder, [start('clicks'), start('nothing')], aws.url);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([404, 404]);
  });

  it('says word for word what the sources say, although the bundle has only a part of zod', async () => {
    const { send, apiKey } = await gatewayKit();
    const sent = (headers: Record<string, string>) => [
      { path: '/openapi.json' },
      { method: 'POST', path: '/tokens', headers, body: '{"executions":[],"ttlSeconds":"x","more":1}' },
      { method: 'POST', path: '/keys', headers, body: '{"scopes":["read","read"],"tenant":""}' },
      { method: 'POST', path: '/webhooks', headers, body: '{"url":7,"filter":{"kinds":["none"]}}' },
      { path: '/executions?limit=1000&status=NONE', headers },
    ];
    const json = { 'content-type': 'application/json' };
    const { answers } = await runBundle(
      api.folder,
      sent({ ...json, ...authorization }).map((one) => eventOf(one)),
      aws.url,
    );
    const expected = await Promise.all(sent({ ...json, authorization: `Bearer ${apiKey}` }).map(send));
    expect(answers.map(({ body }) => JSON.parse(body))).toEqual(expected.map(({ body }) => JSON.parse(body)));
    expect(expected.map(({ statusCode }) => statusCode)).toEqual([200, 422, 422, 422, 400]);
  });
});
