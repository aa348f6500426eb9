import { parse } from 'graphql';
import { describe, expect, it } from 'vitest';
import { publishMutation } from '../../handlers/graphql/appsync/publish-mutation.ts';
import { createPublished } from '../../handlers/graphql/appsync/published.ts';
import { schema, updateOf } from '../handlers/graphql/support.ts';
import { asCaller, key, now, resolverOf } from './support/kit.ts';
import type { Identity } from './support/resolver.ts';

const resolver = resolverOf('Mutation.publishStatus');
const update = updateOf({
  status: 'SUCCEEDED',
  output: { total: 42, lines: [] },
  error: { name: 'Boom', cause: null },
});
const publish = (identity: Identity) => resolver.runLocal({ args: { update }, identity, now: () => now });

describe('Mutation.publishStatus', () => {
  it('answers the update whole, its output as a value, so that AppSync makes JSON text of it once', () => {
    expect(publish({ type: 'iam' })).toEqual({ type: 'data', data: update, errors: [], filter: null });
  });

  it('leaves nothing out of what the publisher selects, so subscribers get every field', () => {
    const published = publish({ type: 'iam' });
    if (published.type !== 'data') throw new Error('an update was wanted');
    expect(parse(publishMutation).definitions).toHaveLength(1);
    expect(createPublished(schema, publishMutation)(published.data as typeof update)).toEqual(update);
  });

  it.each<Identity>([
    asCaller({ ...key, scopes: ['read', 'admin'] }),
    { type: 'oidc', claims: { admin: true } },
    { type: 'none' },
  ])('is IAM’s alone: refuses $type', (identity) => {
    expect(publish(identity)).toMatchObject({ type: 'error', error: { errorType: 'Unauthorized' } });
  });
});
