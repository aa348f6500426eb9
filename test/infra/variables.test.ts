import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack } from 'aws-cdk-lib';
import { describe, expect, it } from 'vitest';
import { type Variable, variables } from '../../aws/lambda/variables.ts';
import { workflowsSchema } from '../../aws/lambda/workflows.ts';
import type { LambdaName } from '../../infra/bundle/lambdas.ts';
import type { ChannelProps, StatusNotificationsProps } from '../../infra/lib/props.ts';
import { readWorkflows } from '../../infra/lib/workflows.ts';
import { machine, synth, testApp, whole } from './support/synth.ts';

const read = (file: string): string => readFileSync(join(import.meta.dirname, '../..', file), 'utf8');
const isVariable = (name: string): name is Variable => name in variables;

/** The part of a function's logical id that tells whose it is. */
const parts: Readonly<Record<LambdaName, string>> = {
  ...{ ingest: 'Ingest', api: 'Http', intake: 'Intake', fanout: 'FanOut', webhooks: 'Webhooks', websocket: 'Sockets' },
  ...{ reconcile: 'Reconciler', authorize: 'AppsyncAuthorize', graphql: 'AppsyncQuery' },
};

/** What the wiring reads of its environment: what it cannot start without, and all. */
function readBy(name: LambdaName): { readonly needed: ReadonlySet<Variable>; readonly all: ReadonlySet<Variable> } {
  const own = read(`handlers/${name}/index.ts`);
  const wiring = /\blayAccess\(/.test(own) ? own + read('aws/secrets/lay-access.ts') : own;
  const writes = /\blayFoundation\(/.test(wiring) && /\b(workflows|appender|retentionMs)\b/.test(wiring);
  const below: readonly Variable[] = writes
    ? ['table', 'generation', 'metricsNamespace', 'place', 'retentionDays', 'workflowsFile']
    : ['table', 'generation', 'metricsNamespace'];
  const quoted = [...wiring.matchAll(/'(\w+)'/g)].map(([, word = '']) => word).filter(isVariable);
  const optional = [...wiring.matchAll(/environment\.(?:optional|list|number)\('(\w+)'/g)].map(([, word]) => word);
  const needed = [...quoted.filter((word) => !optional.includes(word)), 'table' as const];
  return { needed: new Set(writes ? [...needed, 'place' as const] : needed), all: new Set([...below, ...quoted]) };
}

const everything: Partial<StatusNotificationsProps> = {
  ...{ generation: 1, since: new Date(0), origins: ['https://a.example'], webhookAllow: ['10.0.0.0/8'] },
};
const cases: readonly (readonly [string, ChannelProps])[] = [
  ['all channels', {}],
  ['no webhooks', { webhooks: false }],
  ['no graphql-transport-ws', { graphqlTransportWs: false }],
  ['no AppSync', { appsync: false }],
];

describe.each(cases)('with %s', (_, channels) => {
  const { find } = synth((stack) => ({ ...whole(stack), ...everything, channels }));
  const functions = (Object.keys(parts) as LambdaName[]).flatMap((name) =>
    find('AWS::Lambda::Function', `Status${parts[name]}`)
      .filter(([id]) => name !== 'webhooks' || id.startsWith('StatusWebhooksLambda'))
      .map(
        ([, { Properties }]) =>
          [name, Object.keys((Properties.Environment as { Variables: object }).Variables)] as const,
      ),
  );

  it.each(functions)('%s has every variable that it cannot start without', (name, given) => {
    const needed = [...readBy(name).needed].map((variable) => variables[variable]);
    expect(needed.filter((variable) => !given.includes(variable))).toEqual([]);
  });

  it.each(functions)('%s has no variable that it does not read', (name, given) => {
    const known = [...readBy(name).all].map((variable) => variables[variable] as string);
    expect(given.filter((variable) => !known.includes(variable))).toEqual([]);
  });
});

describe('workflows.json', () => {
  it('is what the Lambdas take, for a machine in the stack, by ARN, and of type Express', () => {
    const stack = new Stack(testApp(), 'Test');
    const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:parcels';
    const definition = { States: { Pack: { Type: 'Map', ItemProcessor: { States: { PackItem: {} } } } } };
    const entries = readWorkflows(stack, {
      orders: { ...machine(stack, 'orders'), tenantPath: '$.shop', expose: { total: '$.total' }, exposeCause: true },
      parcels: { stateMachine: arn, tenant: 'acme', definition },
      quick: { ...machine(stack, 'quick'), express: false },
    }).map(({ name, entry }) => [name, entry] as const);
    const parsed = workflowsSchema.parse(Object.fromEntries(entries));
    expect(parsed.orders?.config).toEqual({ tenantPath: '$.shop', expose: { total: '$.total' }, exposeCause: true });
    expect(parsed.parcels).toMatchObject({
      config: { machineArn: arn, tenant: 'acme' },
      nesting: { PackItem: ['Pack'] },
    });
    expect(JSON.stringify(entries)).not.toContain('Token[');
  });
});
