import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Stack, Validations } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { AwsSolutionsChecks } from 'cdk-nag';
import { expect, inject, it } from 'vitest';
import { OrdersStack } from '../../infra/example/orders-stack.ts';
import { testApp } from './support/synth.ts';

/** Findings of AwsSolutions in what `make` puts into an app; each as `rule path`. */
function findings(make: (app: ReturnType<typeof testApp>) => void): string {
  const app = testApp(true);
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  make(app);
  try {
    app.synth();
    return '';
  } catch (error) {
    return String(error);
  }
}

const example = (file: string): Record<string, unknown> =>
  JSON.parse(readFileSync(join(import.meta.dirname, '../../examples/orders', file), 'utf8'));

// The rules are compiled before they are applied: slow on a machine that has other work.
it('the example has no finding of AwsSolutions, or of CDK’s own rules, that is not acknowledged', {
  timeout: 60_000,
}, () => {
  expect(
    findings((app) => {
      new OrdersStack(app, 'Orders', {
        definition: example('orders.asl.json'),
        projection: example('statuswire.json'),
        tasks: Code.fromAsset(join(inject('assets'), 'lambda/api')),
      });
    }),
  ).toBe('');
});

it('AwsSolutions is really asked: a queue without TLS and dead-letter queue is found', () => {
  expect(findings((app) => new Queue(new Stack(app, 'Bare'), 'Queue'))).toMatch(/SQS3[\s\S]*SQS4/);
});
