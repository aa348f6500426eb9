import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { App } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import { assetsFolder, buildAssets } from './build/assets.ts';
import { buildTasks } from './build/tasks.ts';
import { OrdersStack } from './example/orders-stack.ts';
import { assetsContext } from './lib/assets.ts';

/**
 * The example, deployable: `npm run cdk -- deploy`. Context: `stackName` (Statuswire), `origins` (separated by spaces), and
 * `statuswire:assets`, a folder with what was built before, instead of building it now.
 */
const app = new App();
const built: string | undefined = app.node.tryGetContext(assetsContext);
if (built === undefined) await buildAssets(assetsFolder);

const example = (file: string): string => fileURLToPath(new URL(`../examples/orders/${file}`, import.meta.url));
const read = (file: string): Readonly<Record<string, unknown>> => JSON.parse(readFileSync(example(file), 'utf8'));
const origins: string = app.node.tryGetContext('origins') ?? '';

new OrdersStack(app, app.node.tryGetContext('stackName') ?? 'Statuswire', {
  description: 'Statuswire with its example workflow',
  definition: read('orders.asl.json'),
  projection: read('statuswire.json'),
  tasks: Code.fromAsset(buildTasks('examples/orders/lambda.ts', assetsFolder)),
  status: { origins: origins.split(' ').filter((origin) => origin !== '') },
});
