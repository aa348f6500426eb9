import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { expect, test, vi } from 'vitest';
import { createWebhookReceiver, toLambdaHandler } from '../../../client-sdk/src/server/index.ts';
import { now, payloadOf, secret, signed } from './support/requests.ts';

/** An event as an HTTP API sends it (payload format 2.0), with every key of the AWS documentation's example. */
function httpApiEvent(request: Request, body: string, isBase64Encoded = false): APIGatewayProxyEventV2 {
  return {
    version: '2.0',
    routeKey: 'POST /hooks/status',
    rawPath: '/hooks/status',
    rawQueryString: '',
    headers: {
      ...Object.fromEntries(request.headers),
      'content-length': String(Buffer.byteLength(body)),
      host: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      'user-agent': 'Statuswire',
      'x-amzn-trace-id': 'Root=1-5e6722a7-cc56xmpl46db7ae02d4da47e',
      'x-forwarded-for': '205.255.255.176',
      'x-forwarded-port': '443',
      'x-forwarded-proto': 'https',
    },
    requestContext: {
      accountId: '123456789012',
      apiId: 'r3pmxmplak',
      domainName: 'r3pmxmplak.execute-api.us-east-2.amazonaws.com',
      domainPrefix: 'r3pmxmplak',
      http: {
        method: request.method,
        path: '/hooks/status',
        protocol: 'HTTP/1.1',
        sourceIp: '205.255.255.176',
        userAgent: 'Statuswire',
      },
      requestId: 'JKJaXmPLvHcESHA=',
      routeKey: 'POST /hooks/status',
      stage: '$default',
      time: '20/Nov/2026:10:00:00 +0000',
      timeEpoch: now,
    },
    body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
    isBase64Encoded,
  };
}

/** The same from a function URL: the route is `$default` and the body of JSON comes as base64 or not. */
const functionUrlEvent = (request: Request, body: string, isBase64Encoded = false): APIGatewayProxyEventV2 => ({
  ...httpApiEvent(request, body, isBase64Encoded),
  routeKey: '$default',
});

test.each([
  ['an HTTP API', httpApiEvent, false],
  ['an HTTP API, base64', httpApiEvent, true],
  ['a function URL', functionUrlEvent, false],
  ['a function URL, base64', functionUrlEvent, true],
])('takes an event of %s', async (_, event, encoded) => {
  const onUpdate = vi.fn();
  const handler = toLambdaHandler(createWebhookReceiver({ secret, clock: () => now, onUpdate }));
  const body = ` ${payloadOf(2).replace('order-1', 'order-ü')}`;
  expect(await handler(event(signed({ body }), body, encoded))).toEqual({ statusCode: 204, headers: {}, body: '' });
  expect(onUpdate.mock.calls[0]?.[0]).toMatchObject({ id: 'order-ü', seq: 2 });
  const forged = await handler(event(signed({ body }), `${body} `, encoded));
  expect(forged).toMatchObject({ statusCode: 401, headers: { 'content-type': 'application/problem+json' } });
  expect(JSON.parse(forged.body).title).toBe('No signature fits.');
});

test('answers other methods, and a body that is missing', async () => {
  const handler = toLambdaHandler(createWebhookReceiver({ secret, clock: () => now }));
  const { body: _, ...without } = httpApiEvent(signed(), payloadOf());
  expect((await handler({ ...without, isBase64Encoded: false })).statusCode).toBe(401);
  expect(await handler(httpApiEvent(signed({ method: 'GET' }), ''))).toMatchObject({
    statusCode: 405,
    headers: { allow: 'POST' },
  });
});

test('refuses events of the format 1.0 by name instead of misreading them', async () => {
  const handler = toLambdaHandler(createWebhookReceiver({ secret }));
  await expect(handler({ ...httpApiEvent(signed(), payloadOf()), version: '1.0' })).rejects.toThrow('2.0');
});
