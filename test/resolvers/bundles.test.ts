import { describe, expect, it } from 'vitest';
import { bundleResolvers, maxCodeLength, resolverFields } from '../../resolvers/build/bundle.ts';
import { schema } from '../handlers/graphql/support.ts';

const bundles = await bundleResolvers();

describe('the bundles', () => {
  it('there is one for every field of every root type, and no other', () => {
    const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
    const fields = roots.flatMap((root) =>
      Object.keys(root?.getFields() ?? {}).map((field) => `${root?.name}.${field}`),
    );
    expect([...resolverFields].sort()).toEqual(fields.sort());
    expect(bundles.map(({ field }) => field).sort()).toEqual(fields);
  });

  it.each(bundles)('$field fits the limit of AppSync with room to spare', ({ code }) => {
    expect(maxCodeLength).toBe(32_768);
    expect(code.length).toBeLessThan(8_192);
  });

  it.each(bundles)('$field imports @aws-appsync/utils alone, and exports both handlers', ({ code }) => {
    const imported = [...code.matchAll(/\bfrom "(?<from>[^"]+)"/g)].map(({ groups }) => groups?.from);
    expect(new Set(imported)).toEqual(new Set(imported.length > 0 ? ['@aws-appsync/utils'] : []));
    expect(code).toMatch(/export \{\s*request,\s*response\s*\};\s*$/);
    expect(code).not.toContain('sourceMappingURL');
  });

  it.each(bundles)(
    '$field holds nothing from outside the folder but what core wrote for APPSYNC_JS; else it takes types alone',
    ({ code }) => {
      const sources = [...code.matchAll(/^\/\/ (?<path>\S+\.ts)$/gm)].map(({ groups }) => groups?.path ?? '');
      expect(sources.length).toBeGreaterThan(0);
      expect(sources.filter((path) => path.startsWith('..') && !/^\.\.\/core\/(oidc|names)/.test(path))).toEqual([]);
    },
  );

  it('queries are answered by the service’s Lambda, the others by AppSync alone', () => {
    expect(Object.fromEntries(bundles.map(({ field, dataSource }) => [field, dataSource]))).toEqual({
      'Query.status': 'lambda',
      'Query.updates': 'lambda',
      'Mutation.publishStatus': 'none',
      'Subscription.statusChanged': 'none',
    });
  });
});
