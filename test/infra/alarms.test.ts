import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { variables } from '../../aws/lambda/variables.ts';
import { lambdas } from '../../infra/bundle/lambdas.ts';
import type { OwnMetric } from '../../infra/lib/metrics.ts';
import { synth, whole } from './support/synth.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { find } = synth(whole);
const alarms = find('AWS::CloudWatch::Alarm');
const anchors = [...read('docs/aws-operations.md').matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
  title
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-'),
);

describe('each alarm', () => {
  it.each(alarms)('%s says what is wrong, and leads to a section of the runbook', (_, { Properties }) => {
    const [, says = '', file = '', anchor = ''] =
      /^(.+\.) What to do: (docs\/[\w-]+\.md)#([\w-]+)$/.exec(String(Properties.AlarmDescription)) ?? [];
    expect(says.length).toBeGreaterThan(20);
    expect(file).toBe('docs/aws-operations.md');
    expect(anchors).toContain(anchor);
  });

  it('is on by data alone, but the one for a reconciler that stands still', () => {
    const silent = alarms.filter(([, { Properties }]) => Properties.TreatMissingData !== 'notBreaching');
    expect(silent).toHaveLength(1);
    expect(silent[0]?.[1].Properties).toMatchObject({
      ...{ MetricName: 'Invocations', ComparisonOperator: 'LessThanThreshold', TreatMissingData: 'breaching' },
    });
  });

  it('every Lambda has one for its errors, and all together one for being turned away', () => {
    const watched = alarms.filter(([, { Properties }]) => Properties.MetricName === 'Errors');
    expect(watched).toHaveLength(lambdas.length);
    const throttles = alarms.filter(([id]) => id.includes('Throttles'))[0]?.[1].Properties.Metrics as unknown[];
    expect(throttles).toHaveLength(lambdas.length + 1);
  });

  it('on the iterator’s age names what Lambda calls it', () => {
    const [[, behind] = ['', null]] = alarms.filter(([id]) => id.includes('FanOutBehind'));
    expect(behind?.Properties).toMatchObject({ Namespace: 'AWS/Lambda', MetricName: 'IteratorAge', Threshold: 60_000 });
  });
});

describe('metrics of our own', () => {
  it('have names and a namespace that the Lambdas write', () => {
    const telemetry = read('aws/lambda/telemetry.ts');
    const written = [...telemetry.matchAll(/^ {2}(\w+): '(?:Count|Seconds|Milliseconds)'/gm)].map(([, name]) => name);
    const known: Record<OwnMetric, true> = {
      ...{ FactsTaken: true, FactsDropped: true, Repairs: true, DeadLetters: true, DeliveriesSucceeded: true },
      ...{ DeliveriesFailed: true, OldestUndeliveredSeconds: true, PushesFailed: true, UpdatesFannedOut: true },
      FanOutLagMs: true,
    };
    expect(written.sort()).toEqual(Object.keys(known).sort());
  });

  it('are read in the namespace that the Lambdas are told', () => {
    const told = find('AWS::Lambda::Function').flatMap(([, { Properties }]) => {
      const { Variables } = (Properties.Environment ?? {}) as { Variables?: Readonly<Record<string, unknown>> };
      return Variables && variables.table in Variables ? [Variables[variables.metricsNamespace]] : [];
    });
    expect(new Set(told)).toEqual(new Set(['Statuswire/Test/Status']));
    const read = JSON.stringify([...alarms, ...find('AWS::CloudWatch::Dashboard')]);
    const namespaces = [...read.matchAll(/Statuswire\/[\w/]+/g)].map(([name]) => name);
    expect(new Set(namespaces)).toEqual(new Set(told));
  });

  it('are watched where they are written', () => {
    const uses = JSON.stringify([...alarms, ...find('AWS::CloudWatch::Dashboard')]);
    expect(uses).toMatch(/Repairs.*reconcile/);
    expect(uses).toMatch(/OldestUndeliveredSeconds/);
  });
});
