import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { statusChange } from '../support/aws-shapes.ts';
import { type ServiceKit, serviceKit } from '../support/service-kit.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const feed = (workflow: string, id: string) => kit.call('/events', { body: statusChange({ workflow, id }) });

describe('S1: a name is counted and read alike everywhere', () => {
  // 80 characters of two UTF-16 units each: the longest that Step Functions takes.
  const long = '🎉'.repeat(80);

  it.each([
    ['of the longest', long, long],
    ['with what has to be escaped', 'ship', "it's (1+1)=2 @home!".replaceAll(' ', '_')],
    ['of three dots', '...', '...'],
  ])('what is taken %s can be asked for by every route', async (_, workflow, id) => {
    expect((await feed(workflow, id)).body).toEqual({ accepted: 1, rejected: [] });
    const path = `${encodeURIComponent(workflow)}/${encodeURIComponent(id)}`;
    const routes = [`/status/${path}`, `/status/${path}/updates`, `/result/${path}`];
    const answers = await Promise.all(routes.map((route) => kit.call(route)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 202]);
    const listed = await kit.call(`/executions?workflow=${encodeURIComponent(workflow)}`);
    expect(listed.body.executions).toMatchObject([{ workflow, id }]);
    const query = 'query($w: ID!, $i: ID!) { status(workflow: $w, id: $i) { id } }';
    const asked = await kit.call('/graphql', { body: { query, variables: { w: workflow, i: id } } });
    expect(asked.body).toEqual({ data: { status: { id } } });
    const minted = await kit.call('/tokens', { body: { executions: [{ workflow, id }] } });
    const held = await kit.call(`/status/${path}`, { credential: minted.body.token });
    expect([minted.status, held.status]).toEqual([200, 200]);
    const filter = { workflows: [workflow] };
    const hook = await kit.call('/webhooks', { body: { url: 'https://example.com/hook', filter } });
    expect([hook.status, hook.body.filter]).toEqual([201, filter]);
  });

  it.each(['.', '..'])('what nobody could ask for is not taken: %s', async (name) => {
    const started = await kit.call('/executions/orders', { body: { id: name } });
    expect([started.status, started.body.type]).toEqual([400, 'urn:statuswire:problem:bad-request']);
    for (const [workflow, id] of [
      ['ship', name],
      [name, 'o-1'],
    ] as const) {
      const { body } = await feed(workflow, id);
      expect(body).toMatchObject({ accepted: 0, rejected: [{ reason: expect.stringMatching(/no URL can hold$/) }] });
    }
    const letters = (await kit.call('/dead-letters')).body.letters;
    expect(letters[0].reason).toMatch(/has the name "\." or "\.\.", which no URL can hold$/);
    expect((await kit.call('/tokens', { body: { executions: [{ workflow: 'ship', id: name }] } })).status).toBe(422);
    expect(
      (await kit.call('/executions?workflow=ship')).body.executions.map(({ id }: { id: string }) => id),
    ).not.toContain(name);
  });
});
