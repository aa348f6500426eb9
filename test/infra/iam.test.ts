import { describe, expect, it } from 'vitest';
import { synth, whole } from './support/synth.ts';

const { find } = synth(whole);

interface Statement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource?: unknown;
  readonly Principal?: unknown;
  readonly Condition?: unknown;
}
type Document = { readonly Statement: readonly Statement[] };

/** Of all roles: who, and what each may do with what. */
const granted = find('AWS::IAM::Role', 'Status').flatMap(([id, { Properties }]) =>
  ((Properties.Policies ?? []) as readonly { readonly PolicyDocument: Document }[]).flatMap(({ PolicyDocument }) =>
    PolicyDocument.Statement.map(({ Action, Resource }) => ({
      role: id,
      actions: [Action].flat() as readonly string[],
      resources: [Resource].flat().map((resource) => JSON.stringify(resource)),
    })),
  ),
);

/** Every `*` that may stand in a resource, and why. No action may have one. */
const wildcards: readonly (readonly [resource: RegExp, actions: RegExp, why: string])[] = [
  [/^"\*"$/, /^xray:Put(TraceSegments|TelemetryRecords)$/, 'X-Ray has no resources'],
  [/:execution:orders:\*"/, /^states:(Describe|Redrive)Execution$/, 'executions are named when they start'],
  [
    /\/live\/(POST|DELETE)\/@connections\/\*"/,
    /^execute-api:ManageConnections$/,
    'connections are named when they open',
  ],
  [/\/stream\/\*"/, /^dynamodb:ListStreams$/, 'it is about all streams of the one table'],
];

describe('least privilege', () => {
  it('names every action, and every resource but for a short list', () => {
    expect(granted.length).toBeGreaterThan(30);
    const others = granted.flatMap(({ role, actions, resources }) =>
      resources
        .filter((resource) => resource.includes('*'))
        .filter(
          (resource) =>
            !wildcards.some(
              ([pattern, allowed]) => pattern.test(resource) && actions.every((action) => allowed.test(action)),
            ),
        )
        .map((resource) => `${role}: ${actions.join()} on ${resource}`),
    );
    expect(others).toEqual([]);
    expect(granted.flatMap(({ actions }) => actions).filter((action) => action.includes('*'))).toEqual([]);
  });

  it('the list has nothing that is no longer there', () => {
    for (const [pattern, allowed] of wildcards) {
      expect(
        granted.some(
          ({ actions, resources }) => resources.some((r) => pattern.test(r)) && actions.every((a) => allowed.test(a)),
        ),
        String(pattern),
      ).toBe(true);
    }
  });

  it('a role has what it may do in itself, so that it holds before the first event', () => {
    const separate = find('AWS::IAM::Policy', 'Status').map(([id]) => id.replace(/[0-9A-F]{8}$/, ''));
    // The API wants the role first, and the log group has the API's id in its name.
    expect(separate).toEqual(['StatusAppsyncLogsWrite']);
  });

  const mayDo = (part: string): readonly string[] =>
    granted.filter(({ role }) => role.includes(part)).flatMap(({ actions }) => actions);

  it.each([
    ['Ingest', /^states:(?!DescribeExecution)|^sns:|^secretsmanager:|^execute-api:|UpdateItem|Query/],
    ['Intake', /^states:(?!StartExecution|DescribeExecution)|^sns:|^secretsmanager:|^execute-api:/],
    ['FanOut', /^states:|^secretsmanager:|PutItem|UpdateItem/],
    ['Webhooks', /^states:|^secretsmanager:|^sns:|PutItem$|DeleteItem$/],
    ['Sockets', /^states:|^sns:|^sqs:|UpdateItem/],
    ['AppsyncAuthorize', /^states:|^sns:|^sqs:|^dynamodb:(?!GetItem)/],
    ['AppsyncQuery', /^states:|^sns:|^sqs:|^secretsmanager:|^dynamodb:(?!BatchGetItem|GetItem|Query)/],
    ['Reconciler', /^states:(?!DescribeExecution|ListExecutions)|^sns:|^secretsmanager:/],
    ['Http', /^states:(StartExecution|ListExecutions)|^sns:|^execute-api:|^appsync:/],
  ])('%s may do nothing that is another’s work', (part, forbidden) => {
    const allowed = mayDo(part);
    expect(allowed.length).toBeGreaterThan(3);
    expect(allowed.filter((action) => forbidden.test(action))).toEqual([]);
  });
});

describe('who may send to a queue', () => {
  const statements = find('AWS::SQS::QueuePolicy').flatMap(([, { Properties }]) =>
    (Properties.PolicyDocument as Document).Statement.filter(({ Effect }) => Effect === 'Allow'),
  );

  it('is one rule, or the one topic, each', () => {
    expect(statements.length).toBeGreaterThan(6);
    for (const { Principal, Condition } of statements) {
      const service = (Principal as { readonly Service: string }).Service;
      expect(['events.amazonaws.com', 'sns.amazonaws.com']).toContain(service);
      expect(JSON.stringify(Condition)).toMatch(
        service.startsWith('sns') ? /UpdatesTopic/ : /Ingest(Status|Progress|Reported)0/,
      );
    }
  });
});

describe('who may invoke a Lambda', () => {
  it('is named with the very thing that does', () => {
    const permissions = find('AWS::Lambda::Permission');
    expect(permissions.length).toBeGreaterThan(5);
    for (const [id, { Properties }] of permissions) {
      expect(Properties.Principal, id).toMatch(/^(apigateway|appsync|events|logs)\.amazonaws\.com$/);
      expect(JSON.stringify(Properties.SourceArn), id).toMatch(/Api|Schedule|Log/);
    }
  });
});
