import { beforeEach, describe, expect, it } from 'vitest';
import type { AcceptAnswer } from '../../../handlers/intake/accept.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';

let kit: ApiKit;
let key: string;
beforeEach(async () => {
  kit = await apiKit();
  key = await kit.key({ tenant: 'acme', scopes: ['start'] });
});

const start = (body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
  kit.post('/executions/orders', key, body, headers);

describe('POST /executions/{workflow}', () => {
  it('is 202 with Location, Retry-After, a watch token and where to ask', async () => {
    const answer = await start({ id: 'order-1', input: { total: 42 } });
    expect(answer.status).toBe(202);
    const body = await answer.json();
    expect(body).toEqual({
      workflow: 'orders',
      id: 'order-1',
      token: expect.any(String),
      statusUrl: 'http://localhost/status/orders/order-1',
      resultUrl: 'http://localhost/result/orders/order-1',
    });
    expect(answer.headers.get('Location')).toBe(body.statusUrl);
    expect(answer.headers.get('Retry-After')).toBe('1');
    expect(answer.headers.get('Cache-Control')).toBe('no-store');
    expect(await kit.verifier.verify(body.token)).toEqual({
      type: 'token',
      tenant: 'acme',
      grant: { type: 'executions', executions: [{ workflow: 'orders', id: 'order-1' }] },
      expiresAt: kit.now + 900_000,
      keyId: expect.any(String),
    });
  });

  it('hands the intake what was asked', async () => {
    await start({ id: 'order-1', input: { b: [1, null], a: 'é' } }, { 'Idempotency-Key': '"k-1"' });
    expect(kit.starts).toEqual([
      {
        tenant: 'acme',
        workflow: 'orders',
        id: 'order-1',
        input: '{"b":[1,null],"a":"é"}',
        idempotencyKey: 'k-1',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ]);
  });

  it.each([
    [{}, '{}'],
    [{ input: null }, 'null'],
    [{ input: 0 }, '0'],
    [{ input: '' }, '""'],
    [{ input: [] }, '[]'],
  ])('%j starts with the input %s', async (body, input) => {
    expect((await start(body)).status).toBe(202);
    expect(kit.starts[0]).toMatchObject({ id: null, input, idempotencyKey: null });
  });

  it('needs no body at all', async () => {
    const answer = await kit.api.request('/executions/orders', {
      method: 'POST',
      headers: { Authorization: `Bearer ${key}` },
    });
    expect(answer.status).toBe(202);
    expect(await answer.json()).toMatchObject({ id: 'made-up' });
    expect(kit.starts[0]).toMatchObject({ id: null, input: '{}' });
  });

  it('S26: the fingerprint tells workflow, id and input apart, and not how the body was spelt', async () => {
    await start('{"id":"a","input":{"x":1}}');
    await start('{ "input": {"x": 1.0},\n "id": "\\u0061" }');
    await start({ id: 'a', input: { x: 2 } });
    await start({ id: 'b', input: { x: 1 } });
    await start({ input: { x: 1 } });
    await kit.post('/executions/returns', key, { id: 'a', input: { x: 1 } });
    const prints = kit.starts.map(({ fingerprint }) => fingerprint);
    expect(prints[0]).toBe(prints[1]);
    expect(new Set(prints).size).toBe(5);
  });

  it.each<[AcceptAnswer, number, string]>([
    [{ type: 'taken' }, 409, 'id-taken'],
    [{ type: 'mismatch' }, 422, 'idempotency-mismatch'],
    [{ type: 'tenant-mismatch' }, 422, 'tenant-mismatch'],
    [{ type: 'unknown-workflow' }, 404, 'not-found'],
  ])('S26: %j is answered with %i %s', async (answer, status, name) => {
    kit.startAnswer = answer;
    const response = await start({ id: 'a' });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ type: `urn:statuswire:problem:${name}`, status });
  });

  it('S26: a repeated request gets the same execution with a fresh token', async () => {
    kit.startAnswer = { type: 'accepted', id: 'x' };
    const first = await (await start({}, { 'Idempotency-Key': 'k' })).json();
    kit.now += 5_000;
    kit.startAnswer = { type: 'repeated', id: 'x' };
    const again = await start({}, { 'Idempotency-Key': 'k' });
    expect(again.status).toBe(202);
    const second = await again.json();
    expect(second).toEqual({ ...first, token: expect.any(String) });
    expect(second.token).not.toBe(first.token);
  });

  it.each(['a', 'A.b_c-9', 'x'.repeat(80), '...'])('takes the id %s', async (id) => {
    expect((await start({ id })).status).toBe(202);
  });

  it.each(['', 'x'.repeat(81), 'a b', 'a/b', 'ä', 'a\n', 7, null])('S1: refuses the id %j with 422', async (id) => {
    const answer = await start({ id });
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({
      type: 'urn:statuswire:problem:invalid-input',
      detail: expect.stringMatching(/^id: /),
    });
    expect(kit.starts).toEqual([]);
  });

  it.each(['.', '..'])('S1: refuses the id %j, which no URL can hold, with 400', async (id) => {
    const answer = await start({ id });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:bad-request' });
    expect(kit.starts).toEqual([]);
  });

  it('S15: takes an input of 256 KiB and refuses one byte more with 413', async () => {
    const limit = 256 * 1024;
    expect((await start({ input: 'x'.repeat(limit - 2) })).status).toBe(202);
    expect((await start({ input: 'x'.repeat(limit - 1) })).status).toBe(413);
    // Two bytes each in UTF-8: what counts is bytes.
    expect((await start({ input: 'é'.repeat(limit / 2 - 1) })).status).toBe(202);
    expect((await start({ input: 'é'.repeat(limit / 2) })).status).toBe(413);
    expect(kit.starts).toHaveLength(2);
  });

  it('G8: is 503 with Retry-After while as much is under way as can be held', async () => {
    kit.startAnswer = { type: 'busy' };
    const answer = await kit.post('/executions/orders', await kit.key({ scopes: ['start'] }), {});
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ type: 'urn:statuswire:problem:unavailable' });
  });
});
