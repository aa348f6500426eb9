import { fileURLToPath } from 'node:url';
import { bundleLambdas } from './bundle.ts';

/** `node infra/bundle/main.ts [folder]`: writes the Lambdas, without any workflow, and tells their sizes in bytes. */
const [outDir = fileURLToPath(new URL('../dist', import.meta.url))] = process.argv.slice(2);

const print = (name: string, bytes: number | string, own: number | string): void => {
  process.stdout.write(`${name.padEnd(10)} ${String(bytes).padStart(9)} ${String(own).padStart(12)}\n`);
};

print('', 'bytes', 'without SDK');
for (const [name, { bytes, ownBytes }] of Object.entries(bundleLambdas({ outDir, workflows: {} }))) {
  print(name, bytes, ownBytes);
}
