import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, buildSync, type Metafile } from 'esbuild';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The code of one Lambda, all that it needs in one file. */
export interface Compiled {
  /** An ES module. */
  readonly code: Uint8Array;
  /** Of `code`, what is not the AWS SDK's: ours, and the libraries that we chose. */
  readonly ownBytes: number;
  /** What went into it from where (esbuild, "Metafile"). */
  readonly metafile: Metafile;
}

/** The AWS SDK for JavaScript v3 and what only it brings along. */
const sdk =
  /(?:^|\/)node_modules\/(?:@aws-sdk|@aws-crypto|@aws|@smithy|bowser|fast-xml-parser|strnum|mnemonist|obliterator)\//;

const folderOf = (name: string): string => dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));

/** Packages of which only a part is needed, and esbuild cannot tell: see `zod.js` and `credentials.js`. */
const alias = {
  zod: join(root, 'infra/bundle/zod.js'),
  'zod/mini': join(folderOf('zod'), 'mini/index.js'),
  'zod-package': folderOf('zod'),
  '@aws-sdk/credential-provider-node': join(root, 'infra/bundle/credentials.js'),
};

/** CommonJS in the bundle calls `require` for Node's own modules, which an ES module does not have. */
const requireForCommonJs = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
/** What esbuild writes where it is called. */
const callsRequire = 'Dynamic require of "';

function options(entry: string): BuildOptions & { readonly metafile: true; readonly write: false } {
  return {
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: 'index.mjs',
    write: false,
    metafile: true,
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // By default CommonJS comes first for Node, of which nothing can be left out.
    mainFields: ['module', 'main'],
    loader: { '.graphql': 'text' },
    alias,
    // Each once, at the end.
    legalComments: 'eof',
    logLevel: 'silent',
  };
}

/**
 * Compiles an entry for nodejs24.x: minified, the AWS SDK's clients written in, because the runtime's own may be of any
 * version. The same sources give the same bytes, so that CDK deploys only what changed.
 *
 * @param entry path from the root of the repository
 * @throws esbuild's BuildFailure, with what is wrong and where.
 */
export function compile(entry: string): Compiled {
  const plain = buildSync(options(entry));
  const text = plain.outputFiles[0]?.text ?? '';
  const built = text.includes(callsRequire)
    ? buildSync({ ...options(entry), banner: { js: requireForCommonJs } })
    : plain;
  const [file] = built.outputFiles;
  const described = Object.values(built.metafile.outputs).find(({ entryPoint }) => entryPoint === entry);
  if (!file || !described) throw new Error(`esbuild made nothing of ${entry}, which it calls ${basename(entry)}.`);
  const sdkBytes = Object.entries(described.inputs)
    .filter(([path]) => sdk.test(path))
    .reduce((sum, [, { bytesInOutput }]) => sum + bytesInOutput, 0);
  return { code: file.contents, ownBytes: file.contents.length - sdkBytes, metafile: built.metafile };
}
