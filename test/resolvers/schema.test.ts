import { readFileSync } from 'node:fs';
import { buildSchema, type ConstDirectiveNode, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { createSchema } from '../../handlers/graphql/schema.ts';
import { schemaForApi } from '../../resolvers/build/schema.ts';

const sdl = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');
const schema = createSchema(sdl);
const namesOf = (directives: readonly ConstDirectiveNode[] | undefined) =>
  (directives ?? []).map(({ name }) => name.value);
const rootNames = ['Query', 'Mutation', 'Subscription'];
const objects = Object.values(schema.getTypeMap()).filter((type) => isObjectType(type) && !type.name.startsWith('__'));
const answered = objects.filter(({ name }) => !rootNames.includes(name));
const fieldsOf = (name: string) => {
  const type = schema.getType(name);
  return isObjectType(type) ? type.getFields() : {};
};

describe('S27: schema.graphql is AppSync’s and graphql-js’s alike', () => {
  it('AppSync knows its directives and scalars by itself; graphql-js is told them', () => {
    expect(() => buildSchema(sdl)).toThrow(/Unknown directive "@aws_/);
    expect(sdl).not.toMatch(/^\s*(?:directive|scalar)\b/m);
  });

  it('it uses no scalar that AppSync does not have', () => {
    const scalars = Object.values(schema.getTypeMap()).filter(
      (type) => isScalarType(type) && !isSpecifiedScalarType(type),
    );
    expect(scalars.map(({ name }) => name).sort()).toEqual(['AWSDateTime', 'AWSJSON']);
  });

  it('publishStatus is IAM’s alone; the other root fields are those’ who read', () => {
    const modes = rootNames.flatMap((name) =>
      Object.values(fieldsOf(name)).map((field) => [`${name}.${field.name}`, namesOf(field.astNode?.directives)]),
    );
    expect(Object.fromEntries(modes)).toEqual({
      'Query.status': ['aws_lambda', 'aws_oidc'],
      'Query.updates': ['aws_lambda', 'aws_oidc'],
      'Mutation.publishStatus': ['aws_iam'],
      'Subscription.statusChanged': ['aws_subscribe', 'aws_lambda', 'aws_oidc'],
    });
    for (const name of rootNames) expect(namesOf(schema.getType(name)?.astNode?.directives ?? [])).toEqual([]);
  });

  it('whatever is answered is open to the publisher and to all who read, or its fields would be null for one of them', () => {
    expect(answered.map(({ name }) => name).sort()).toEqual(['Progress', 'StatusError', 'Update', 'UpdatesPage']);
    for (const { astNode } of answered)
      expect(namesOf(astNode?.directives)).toEqual(expect.arrayContaining(['aws_lambda', 'aws_oidc', 'aws_iam']));
  });

  it('statusChanged carries what publishStatus answers, and its arguments are fields of that', () => {
    const { statusChanged } = fieldsOf('Subscription');
    const { publishStatus } = fieldsOf('Mutation');
    expect(String(statusChanged?.type)).toBe(String(publishStatus?.type));
    expect(statusChanged?.astNode?.directives?.[0]?.arguments?.[0]?.value).toMatchObject({
      values: [{ value: 'publishStatus' }],
    });
    expect(Object.keys(fieldsOf('Update'))).toEqual(
      expect.arrayContaining((statusChanged?.args ?? []).map(({ name }) => name)),
    );
  });
});

describe('the schema of an API', () => {
  it('leaves out the directives of modes that the API does not have, and nothing else', () => {
    const api = schemaForApi(sdl, ['lambda', 'iam']);
    expect(api).not.toContain('aws_oidc');
    expect(api).toContain('type Update @aws_lambda @aws_iam {');
    expect(api).toContain('@aws_subscribe(mutations: ["publishStatus"])');
    const withoutDirectives = (text: string) => text.replaceAll(/ @aws_oidc/g, '');
    expect(api).toBe(withoutDirectives(schemaForApi(sdl, ['lambda', 'iam', 'oidc'])));
    expect(createSchema(api).getSubscriptionType()?.getFields()).toHaveProperty('statusChanged');
  });
});
