import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { startService, until, watchAll } from '../subscriptions/support.ts';
import { connect, encode, errorOf, startMessage } from './support.ts';

const start = (payload: unknown): object => ({ id: '1', type: 'start', payload });
const data = (request: unknown): object =>
  start({
    data: typeof request === 'string' ? request : JSON.stringify(request),
    extensions: { authorization: { 'x-api-key': 'good' } },
  });

describe('G10: bad messages', () => {
  it.each<[string, unknown, number]>([
    ['no JSON', '{', 4400],
    ['nothing', '', 4400],
    ['null', 'null', 4400],
    ['a list', '[]', 4400],
    ['a message without type', '{}', 4400],
    ['a type that is a number', '{"type":7}', 4400],
    ['a start without id', { type: 'start', payload: {} }, 4400],
    ['an id that is a number', { type: 'start', id: 1, payload: {} }, 4400],
    ['a stop without id', { type: 'stop' }, 4400],
    ['30,000 levels of JSON', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 4400],
    ['more than 64 KiB', startMessage('1', 'x'.repeat(65_536)), 1009],
  ])('%s closes the connection', async (_, message, code) => {
    const service = await startService();
    const client = await connect(service);
    client.send(message);
    expect((await client.closed).code).toBe(code);
    await until(() => service.server.stats().sockets === 0);
  });

  it.each<[string, unknown, string, RegExp]>([
    [
      'a type nobody knows',
      { type: 'subscribe', id: '1' },
      'UnsupportedOperation',
      /not supported through the realtime/,
    ],
    ['a message only servers send', { type: 'connection_ack' }, 'UnsupportedOperation', /not supported/],
    ['a stop of nothing', { type: 'stop', id: 'x' }, 'UnknownOperationError', /Unknown operation id x/],
    ['a start without payload', { type: 'start', id: '1' }, 'BadRequestException', /data must be a string/],
    ['data that is an object', start({ data: { query: watchAll } }), 'BadRequestException', /data must be a string/],
    ['data that is no JSON', data('{'), 'BadRequestException', /JSON object/],
    ['data that is a list', data('[]'), 'BadRequestException', /JSON object/],
    ['a query that is a number', data({ query: 7 }), 'BadRequestException', /query must be a string/],
    ['variables that are a text', data({ query: watchAll, variables: 'x' }), 'BadRequestException', /variables/],
    ['an id of 129 characters', startMessage('x'.repeat(129), watchAll), 'BadRequestException', /128 characters/],
    [
      'no authorization',
      start({ data: JSON.stringify({ query: watchAll }) }),
      'UnauthorizedException',
      /Permission denied/,
    ],
    [
      'an authorization that is a text',
      start({ data: JSON.stringify({ query: watchAll }), extensions: { authorization: 'good' } }),
      'UnauthorizedException',
      /Permission denied/,
    ],
    ['no GraphQL', data({ query: '{' }), 'ValidationError', /Syntax Error/],
    ['an unknown field', data({ query: 'subscription { nothing }' }), 'ValidationError', /Cannot query field/],
    [
      'two fields',
      data({
        query: 'subscription { a: statusChanged(workflow: "w") { seq } b: statusChanged(workflow: "w") { seq } }',
      }),
      'ValidationError',
      /only one/,
    ],
    [
      'a missing variable',
      data({ query: 'subscription ($w: ID!) { statusChanged(workflow: $w) { seq } }' }),
      'ValidationError',
      /"\$w"/,
    ],
    ['a query', data({ query: '{ __typename }' }), 'UnsupportedOperation', /HTTP/],
    [
      'a mutation',
      data({ query: 'mutation ($u: UpdateInput!) { publishStatus(update: $u) { seq } }' }),
      'Unauthorized',
      /service itself/,
    ],
    [
      'a name of 81 characters',
      data({ query: `subscription { statusChanged(workflow: "${'w'.repeat(81)}") { seq } }` }),
      'BadRequestException',
      /80 characters/,
    ],
  ])('%s is answered with an error, and the connection goes on', async (_, message, errorType, text) => {
    const service = await startService();
    const client = await connect(service);
    client.send(message);
    expect(errorOf(await client.answer('error'))).toEqual({ errorType, message: expect.stringMatching(text) });
    client.start('fine', watchAll);
    expect(await client.answer('start_ack')).toMatchObject({ id: 'fine' });
    expect(service.hub.stats().subscribers).toBe(1);
    expect(service.reported).toEqual([]);
  });

  it('an id in use is refused, and what has it goes on', async () => {
    const service = await startService();
    const client = await connect(service);
    client.start('a', watchAll);
    client.start('a', watchAll);
    expect(errorOf(await client.answer('error'))).toMatchObject({ errorType: 'DuplicatedOperationError' });
    expect(service.hub.stats().subscribers).toBe(1);
  });

  it('thousands of starts end with 4429, and nobody else notices', async () => {
    const service = await startService();
    const [flood, calm] = [await connect(service), await connect(service)];
    calm.start('calm', watchAll);
    for (let n = 0; n < 3_000; n += 1) flood.start(String(n), watchAll);
    expect((await flood.closed).code).toBe(4429);
    await calm.answer('start_ack');
    await until(() => service.hub.stats().subscribers === 1);
    expect(calm.socket.readyState).toBe(WebSocket.OPEN);
  });

  it('other subprotocols are refused with 400', async () => {
    const service = await startService();
    for (const protocols of [[], ['graphql-transport-ws'], [`header-${encode({ 'x-api-key': 'good' })}`]]) {
      const socket = new WebSocket(`${service.url}/realtime`, protocols);
      socket.on('error', () => undefined);
      const status = await new Promise((resolve) =>
        socket.on('unexpected-response', (_request, response) => resolve(response.statusCode)),
      );
      expect(status).toBe(400);
    }
  });
});
