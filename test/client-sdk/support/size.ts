/** What the SDK costs a page: `node test/client-sdk/support/size.ts` prints it, size.test.ts holds it. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';
import { buildPackage } from '../../../client-sdk/build/build-package.ts';

/** The bundles that are measured, as an application would write them. */
export const entries = {
  /** Everything of `.`, with its three channels. */
  everything: "export * from './index.js';",
  'polling only':
    "import { createStatusClient, poll } from './core.js';" +
    'export const client = (url) => createStatusClient({ url, channels: [poll()] });',
} as const;

export type Entry = keyof typeof entries;

export interface Size {
  /** What travels: minified and compressed by brotli at its highest quality, as content networks serve it. */
  readonly brotliBytes: number;
  readonly minifiedBytes: number;
  /** Minified bytes per file, most first. */
  readonly files: readonly (readonly [file: string, bytes: number])[];
}

/** Of the package as it is published, which the build has shortened. */
export async function measureAll(): Promise<{ readonly [entry in Entry]: Size }> {
  const built = mkdtempSync(join(tmpdir(), 'statuswire-size-'));
  try {
    buildPackage(built);
    return {
      everything: await measure('everything', built),
      'polling only': await measure('polling only', built),
    };
  } finally {
    rmSync(built, { recursive: true });
  }
}

async function measure(entry: Entry, built: string): Promise<Size> {
  const { outputFiles, metafile } = await build({
    stdin: { contents: entries[entry], resolveDir: built },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
    absWorkingDir: built,
    logLevel: 'silent',
  });
  const { contents } = outputFiles[0] ?? { contents: new Uint8Array() };
  const files = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([file, { bytesInOutput }]) => [file, bytesInOutput] as const)
    .filter(([, bytes]) => bytes > 0)
    .sort(([, a], [, b]) => b - a);
  return { brotliBytes: brotliCompressSync(contents).length, minifiedBytes: contents.length, files };
}

/** For people. */
export function table(entry: Entry, { brotliBytes, minifiedBytes, files }: Size): string {
  const rows = files.map(([file, bytes]) => `${String(bytes).padStart(8)}  ${file}`);
  return [`${entry}: ${brotliBytes} bytes brotli, ${minifiedBytes} minified`, ...rows].join('\n');
}

if (import.meta.main)
  for (const [entry, size] of Object.entries(await measureAll()))
    process.stdout.write(`${table(entry as Entry, size)}\n\n`);
