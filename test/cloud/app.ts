/**
 * The example's app as `infra/app.ts` deploys it, for a rehearsal: `node app.ts <name of the stack> <folder for the assembly>`.
 */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { buildAssets } from '../../infra/build/assets.ts';
import { buildTasks } from '../../infra/build/tasks.ts';
import { OrdersStack } from '../../infra/example/orders-stack.ts';
import { assetsContext } from '../../infra/lib/assets.ts';

const [, , name = '', outdir = ''] = process.argv;
const read = (path: string): Readonly<Record<string, Readonly<Record<string, unknown>>>> =>
  JSON.parse(readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8'));

const assets = join(outdir, '..', 'assets');
await buildAssets(assets);
const app = new App({ outdir, context: { ...read('cdk.json').context, [assetsContext]: assets } });

const stack = new OrdersStack(app, name, {
  definition: read('examples/orders/orders.asl.json'),
  projection: read('examples/orders/statuswire.json'),
  tasks: Code.fromAsset(buildTasks('examples/orders/lambda.ts', assets)),
  status: {
    // Where the tests receive webhooks.
    webhookAllow: ['127.0.0.0/8'],
    // Each Lambda at work is a process here, and there are two cores: the least that AWS takes.
    maxConcurrency: { ingest: 2, intake: 2, webhooks: 2 },
  },
});
// A subscriber like any other: by it the tests know how far the fan-out has come.
stack.status.addQueueSubscription(new Queue(stack, 'Subscriber', { enforceSSL: true }));
app.synth();
