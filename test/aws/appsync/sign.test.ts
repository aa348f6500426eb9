import { createHash, createHmac } from 'node:crypto';
import { expect, it } from 'vitest';
import { createSigner, environmentCredentials } from '../../../aws/appsync/sign.ts';

const now = Date.parse('2026-11-20T10:00:00.000Z');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const hash = (text: string) => createHash('sha256').update(text).digest('hex');

it('signs as AWS reads it: AWS General Reference, "Create a signed AWS API request", computed anew', async () => {
  const credentials = () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' });
  const sign = createSigner({ region: 'eu-west-1', credentials, now: () => now });
  const headers = await sign(new URL('https://abc.appsync-api.eu-west-1.amazonaws.com/graphql'), '{"query":"…"}');
  const signed = 'content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token';
  const canonical = [
    'POST',
    '/graphql',
    '',
    'content-type:application/json',
    'host:abc.appsync-api.eu-west-1.amazonaws.com',
    `x-amz-content-sha256:${hash('{"query":"…"}')}`,
    'x-amz-date:20261120T100000Z',
    'x-amz-security-token:session',
    '',
    signed,
    hash('{"query":"…"}'),
  ].join('\n');
  const scope = '20261120/eu-west-1/appsync/aws4_request';
  const toSign = ['AWS4-HMAC-SHA256', '20261120T100000Z', scope, hash(canonical)].join('\n');
  const key = ['eu-west-1', 'appsync', 'aws4_request'].reduce<Buffer>(hmac, hmac('AWS4secret', '20261120'));
  const signature = hmac(key, toSign).toString('hex');
  expect(headers).toEqual({
    'content-type': 'application/json',
    'x-amz-content-sha256': hash('{"query":"…"}'),
    'x-amz-date': '20261120T100000Z',
    'x-amz-security-token': 'session',
    authorization: `AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/${scope}, SignedHeaders=${signed}, Signature=${signature}`,
  });
});

it('takes the role’s credentials from the environment, and says when they are not there', () => {
  const source = { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'secret', AWS_SESSION_TOKEN: 'session' };
  expect(environmentCredentials(source)).toEqual({
    accessKeyId: 'id',
    secretAccessKey: 'secret',
    sessionToken: 'session',
  });
  expect(() => environmentCredentials({})).toThrow('AWS_ACCESS_KEY_ID');
});
