/** What the SDK costs a page: `node test/client-sdk/support/size.ts` prints it, size.test.ts holds it. */

import { fileURLToPath } from 'node:url';
import { brotliCompressSync } from 'node:zlib';
import { build } from 'esbuild';

/** The bundles that are measured, as an application would write them. */
export const entries = {
  /** Everything of `.`, with its three channels. */
  everything: "export * from './src/index.ts';",
  'polling only':
    "import { createStatusClient, poll } from './src/core.ts';" +
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

export async function measure(entry: Entry): Promise<Size> {
  const { outputFiles, metafile } = await build({
    stdin: {
      contents: entries[entry],
      resolveDir: fileURLToPath(new URL('../../../client-sdk/', import.meta.url)),
      loader: 'ts',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    write: false,
    metafile: true,
    logLevel: 'silent',
  });
  const { contents } = outputFiles[0] ?? { contents: new Uint8Array() };
  const files = Object.values(metafile.outputs)
    .flatMap(({ inputs }) => Object.entries(inputs))
    .map(([file, { bytesInOutput }]) => [file.replace(/^.*client-sdk\/src\//, ''), bytesInOutput] as const)
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
  for (const entry of Object.keys(entries) as Entry[])
    process.stdout.write(`${table(entry, await measure(entry))}\n\n`);
