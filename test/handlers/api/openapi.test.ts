import { beforeAll, describe, expect, it } from 'vitest';
import { problemTypes } from '../../../core/problems.ts';
import { examples } from '../../../handlers/api/openapi/examples.ts';
import { type OpenApiCheck, type OpenApiJson, openApiCheck } from '../../support/openapi-check.ts';
import { type ApiKit, apiKit } from './support/api-kit.ts';
import { seed } from './support/logs.ts';

let kit: ApiKit;
let document: OpenApiJson;
let check: OpenApiCheck;
let operations: readonly { readonly name: string; readonly path: string; readonly operation: OpenApiJson }[];

beforeAll(async () => {
  kit = await apiKit({ metrics: async () => ({ contentType: 'text/plain', body: '' }) });
  document = await (await kit.get('/openapi.json')).json();
  check = openApiCheck(document);
  operations = Object.entries<OpenApiJson>(document.paths).flatMap(([path, item]) =>
    Object.entries<OpenApiJson>(item).map(([method, operation]) => ({ name: `${method} ${path}`, path, operation })),
  );
});

describe('GET /openapi.json', () => {
  it('is public, OpenAPI 3.1, and may be kept for a while', async () => {
    const answer = await kit.get('/openapi.json');
    expect([answer.status, answer.headers.get('Cache-Control')]).toEqual([200, 'public, max-age=300']);
    expect(document.openapi).toBe('3.1.0');
  });

  it('has every route of the API and no other', () => {
    const served = kit.api.routes
      .filter(({ method, path }) => method !== 'ALL' && !path.includes('*'))
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    expect(operations.map(({ name }) => name).sort()).toEqual([...new Set(served)].sort());
  });

  it('of each: an id of its own, who may ask, its path’s parameters, and the answers that every route has', () => {
    expect(new Set(operations.map(({ operation }) => operation.operationId)).size).toBe(operations.length);
    const open = operations.filter(({ operation }) => operation.security.length === 0).map(({ path }) => path);
    expect(open.sort()).toEqual(['/.well-known/statuswire', '/healthz', '/openapi.json', '/readyz']);
    for (const { name, path, operation } of operations) {
      const codes = Object.keys(operation.responses);
      expect(codes, name).toContain('500');
      if (operation.security.length > 0) {
        expect(codes, name).toEqual(expect.arrayContaining(['401', '403', '429']));
        expect(operation.responses['429'].headers, name).toHaveProperty('Retry-After');
        expect(operation.responses['429'].headers, name).toHaveProperty('RateLimit');
      }
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, param]) => param);
      const params = (operation.parameters ?? []).filter((one: OpenApiJson) => one.in === 'path');
      expect(params.map((one: OpenApiJson) => one.name).sort(), name).toEqual(named.sort());
    }
  });

  it('POST /graphql: both kinds of 400 are described, and are what is answered', async () => {
    const described = document.paths['/graphql'].post.responses['400'].content;
    expect(Object.keys(described).sort()).toEqual(['application/json', 'application/problem+json']);
    const graphql = await apiKit({ graphql: async () => ({ status: 400, body: { errors: [] } }) });
    const key = await graphql.key();
    const types = await Promise.all(
      ['{', '{"query":7}'].map(async (body) => (await graphql.post('/graphql', key, body)).headers.get('Content-Type')),
    );
    expect(types).toEqual(['application/problem+json', 'application/json']);
  });

  it('every JSON body has an example, and it fits; no example is left over', () => {
    for (const { name, operation } of operations) {
      const bodies = [operation.requestBody, ...Object.values<OpenApiJson>(operation.responses)];
      for (const body of bodies) {
        const json = body?.content?.['application/json'];
        if (!json) continue;
        expect(json, name).toHaveProperty('example');
        // `/events` takes whatever a source sends.
        const closed =
          name === 'post /events' && body === operation.requestBody ? {} : { unevaluatedProperties: false };
        expect(check.misfits({ ...json.schema, ...closed }, json.example), name).toEqual([]);
      }
    }
    const names = operations.map(({ name }) => name);
    expect(Object.keys(examples).filter((name) => !names.includes(name))).toEqual([]);
  });

  it('every problem of an error answer is one of the list, under its status', () => {
    for (const { name, operation } of operations) {
      for (const [status, answer] of Object.entries<OpenApiJson>(operation.responses)) {
        const content = answer.content?.['application/problem+json'];
        if (Number(status) >= 400) expect(content ?? answer.content, `${name} ${status}`).toBeDefined();
        for (const [problem, { value }] of Object.entries<OpenApiJson>(content?.examples ?? {})) {
          expect(problemTypes[problem as keyof typeof problemTypes].status, name).toBe(Number(status));
          expect(check.misfits(content.schema, value)).toEqual([]);
        }
      }
    }
  });

  it('counts are numbers, and a JSON value may be any', () => {
    const { parameters } = document.paths['/status/{workflow}/{id}'].get;
    const wait = parameters.find((one: OpenApiJson) => one.name === 'wait');
    expect(wait.schema).toMatchObject({ type: 'integer', minimum: 0, maximum: 20 });
    const { output } = document.components.schemas.Update.properties;
    for (const value of [null, 1, 'a', true, [1], { a: {} }]) expect(check.misfits(output, value)).toEqual([]);
  });

  it.each([
    [{}, '/'],
    [{ basePath: 'sw/' }, '/sw'],
    [{ basePath: '/sw', publicUrl: 'https://api.example/sw' }, 'https://api.example/sw'],
  ])('paths count from where the API is: %j', async (options, url) => {
    const { basePath = '' } = options as { basePath?: string };
    const answer = await (await apiKit(options)).get(`${basePath === '' ? '' : '/sw'}/openapi.json`);
    const { servers, paths } = await answer.json();
    expect(servers).toEqual([{ url }]);
    expect(paths).toHaveProperty('/healthz');
  });
});

describe('the check that every answer of this suite goes through', () => {
  const answered = (status: number, body: string | null, type = 'application/json') =>
    new Response(body, { status, headers: { 'Content-Type': type } });
  it.each([
    ['a status nobody described', '/healthz', answered(418, '{}'), /418 is not described/],
    ['another media type', '/healthz', answered(200, 'ok', 'text/plain'), /text\/plain is not described/],
    ['a wrong type', '/healthz', answered(200, '{"status":1}'), /\/status must be/],
    ['a missing member', '/healthz', answered(200, '{}'), /must have required property 'status'/],
    ['a member too many', '/healthz', answered(200, '{"status":"ok","x":1}'), /must NOT have unevaluated/],
    ['no body', '/healthz', answered(200, null), /no body/],
    ['a path that is none', '/nowhere', answered(200, '{}'), /no route/],
  ])('finds %s', async (_case, path, answer, fault) => {
    expect((await check.faultsOf('GET', path, answer)).join()).toMatch(fault);
  });

  it('fails the test that gets such an answer', async () => {
    const broken = await apiKit({ discovery: () => ({ version: 2, channels: [] }) as never });
    await expect(broken.get('/.well-known/statuswire')).rejects.toThrow('/version must be');
    const fine = await apiKit();
    await seed(fine.store.log, { id: 'o-1', last: { output: { deep: [1, null] } } });
    expect((await fine.get('/status/orders/o-1', await fine.key())).status).toBe(200);
  });
});
