import { cpSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildOrderPage, prebuiltPage } from '../embedded/demo/order-page.ts';
import { inRoot, root, sources } from './sources.ts';

/**
 * Lays the example workflows into the package, but their tasks, which are compiled with everything else; and the order page,
 * built, so that `serve --demo` needs neither Vite nor React. Rejects with what Vite says.
 */
export async function copyExamples(out: string): Promise<void> {
  const examples = globSync(`${sources.examples}/*/tasks.ts`, { cwd: root }).map(dirname);
  const files = examples.flatMap((folder) => globSync(`${folder}/{*.asl.json,statuswire.json}`, { cwd: root }));
  for (const file of files) {
    mkdirSync(dirname(join(out, file)), { recursive: true });
    writeFileSync(join(out, file), readFileSync(inRoot(file)));
  }
  cpSync(await buildOrderPage(), join(out, prebuiltPage), { recursive: true });
}
