import type { ALBEvent, APIGatewayProxyEvent, APIGatewayProxyEventV2 } from 'aws-lambda';
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

/** Header names as the client wrote them, as far as a gateway leaves them so. */
const written = (request: Request): Record<string, string> =>
  Object.fromEntries(
    [...request.headers].map(([name, value]) => [name.replace(/^.|-./g, (c) => c.toUpperCase()), value]),
  );
const listed = (headers: Record<string, string>): Record<string, string[]> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, [value]]));
const encoded = (body: string, isBase64Encoded: boolean) => ({
  body: isBase64Encoded ? Buffer.from(body).toString('base64') : body,
  isBase64Encoded,
});

/** An event as a REST API sends it (payload format 1.0): names as they were written, each header twice. */
const restApiEvent = (request: Request, body: string, isBase64Encoded = false): APIGatewayProxyEvent => ({
  resource: '/hooks/status',
  path: '/hooks/status',
  httpMethod: request.method,
  headers: written(request),
  multiValueHeaders: listed(written(request)),
  queryStringParameters: null,
  multiValueQueryStringParameters: null,
  pathParameters: null,
  stageVariables: null,
  requestContext: { stage: 'prod', httpMethod: request.method } as APIGatewayProxyEvent['requestContext'],
  ...encoded(body, isBase64Encoded),
});

/** The same, sparse: as it is typed into the console's test, or sent by a proxy that fills in no lists. */
const sparseEvent = (request: Request, body: string, isBase64Encoded = false) => ({
  ...restApiEvent(request, body, isBase64Encoded),
  multiValueHeaders: {},
});

const elb = { elb: { targetGroupArn: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/hooks/6d0e' } };
const balancerEvent = (request: Request, body: string, isBase64Encoded = false): ALBEvent => ({
  requestContext: elb,
  httpMethod: request.method,
  path: '/hooks/status',
  queryStringParameters: {},
  headers: Object.fromEntries(request.headers),
  ...encoded(body, isBase64Encoded),
});
const multiValueBalancerEvent = (request: Request, body: string, isBase64Encoded = false): ALBEvent => ({
  requestContext: elb,
  httpMethod: request.method,
  path: '/hooks/status',
  multiValueQueryStringParameters: {},
  multiValueHeaders: listed(Object.fromEntries(request.headers)),
  ...encoded(body, isBase64Encoded),
});

const kinds = [
  ['an HTTP API', httpApiEvent],
  ['a function URL', functionUrlEvent],
  ['a REST API', restApiEvent],
  ['a REST API, with lists that are empty', sparseEvent],
  ['a load balancer', balancerEvent],
  ['a load balancer with lists of headers', multiValueBalancerEvent],
] as const;

test.each(kinds.flatMap(([name, event]) => [false, true].map((base64) => [name, base64, event] as const)))(
  'takes an event of %s (base64: %s)',
  async (_, base64, event) => {
    const onUpdate = vi.fn();
    const handler = toLambdaHandler(createWebhookReceiver({ secret, clock: () => now, onUpdate }));
    const body = ` ${payloadOf(2).replace('order-1', 'order-ü')}`;
    const taken = await handler(event(signed({ body }), body, base64));
    expect(taken).toMatchObject({ statusCode: 204, headers: {}, body: '', isBase64Encoded: false });
    expect(onUpdate.mock.calls[0]?.[0]).toMatchObject({ id: 'order-ü', seq: 2 });
    const forged = await handler(event(signed({ body }), `${body} `, base64));
    expect(forged).toMatchObject({ statusCode: 401, headers: { 'content-type': 'application/problem+json' } });
    expect(JSON.parse(forged.body).title).toBe('No signature fits.');
  },
);

test('a load balancer that sends lists of headers gets lists back, nobody else does', async () => {
  const handler = toLambdaHandler(createWebhookReceiver({ secret, clock: () => now }));
  const request = () => signed({ method: 'GET' });
  const answers = await Promise.all(kinds.map(([, event]) => handler(event(request(), ''))));
  expect(answers.map(({ multiValueHeaders }) => multiValueHeaders?.allow)).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
    ['POST'],
  ]);
});

test('answers other methods, and a body that is missing', async () => {
  const handler = toLambdaHandler(createWebhookReceiver({ secret, clock: () => now }));
  const { body: _, ...without } = httpApiEvent(signed(), payloadOf());
  expect((await handler({ ...without, isBase64Encoded: false })).statusCode).toBe(401);
  expect((await handler({ ...restApiEvent(signed(), ''), body: null })).statusCode).toBe(401);
  expect(await handler(httpApiEvent(signed({ method: 'GET' }), ''))).toMatchObject({
    statusCode: 405,
    headers: { allow: 'POST' },
  });
});

test.each([{}, { version: '2.0', headers: {} }, { Records: [] }])('refuses %j, which is no request', async (event) => {
  const handler = toLambdaHandler(createWebhookReceiver({ secret }));
  await expect(handler(event as never)).rejects.toThrow(TypeError);
});
