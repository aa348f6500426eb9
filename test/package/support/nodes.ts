import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, runTool } from '../../support/run-tool.ts';

/** The oldest that runs the service: `engines` of the package. */
export const oldest = '22.18.0';

/**
 * The oldest Node that runs the service, as the npm registry has it for this platform; kept in `node_modules/.cache`. null,
 * said aloud, where it cannot be had.
 */
export async function oldestNode(): Promise<string | null> {
  const name = `node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`;
  const folder = join(root, `node_modules/.cache/statuswire/node-${oldest}`);
  const node = join(folder, 'node_modules', name, process.platform === 'win32' ? 'bin/node.exe' : 'bin/node');
  if (existsSync(node)) return node;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  const quiet = ['--no-save', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];
  const { code, output } = await runTool('npm', ['install', `${name}@${oldest}`, ...quiet], { cwd: folder });
  if (code === 0 && existsSync(node)) return node;
  process.stderr.write(`\nNOT TRIED on Node ${oldest}, because it cannot be installed:\n${output}\n`);
  return null;
}
