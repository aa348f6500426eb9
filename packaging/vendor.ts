import { build } from 'esbuild';
import { root } from './sources.ts';

/** Libraries that are bundled into the service, because most of what they bring along is not used by it. */
const libraries = {
  // It calls Lambda functions by AWS's clients where a Task has no handler, and validates what it is given; here every
  // Task has a handler, and definitions are validated as a whole when they are loaded.
  'aws-local-stepfunctions': {
    contents: "export * from 'aws-local-stepfunctions';",
    without: /^@aws-sdk\/|^asl-validator$/,
  },
  'asl-validator': { contents: "import validate from 'asl-validator';\nexport default validate;", without: null },
} as const;

/** What stands for what is left out: it can be loaded, and says so when it is used. */
const absent = `
export default function absent() { throw new Error('This is left out of the package: the service never uses it.'); }
export { absent as LambdaClient, absent as InvokeCommand, absent as fromCognitoIdentityPool };
`;

export interface Vendored {
  /** ES modules, by the file in the package that they are. */
  readonly modules: ReadonlyMap<string, string>;
  /** For imports by name, the file that they lead to. */
  readonly files: Readonly<Record<string, string>>;
  /** Folders of the packages that went into them, from the repository's root. */
  readonly packages: readonly string[];
}

/**
 * Each of the libraries in one file.
 *
 * @throws esbuild's BuildFailure, also for an import of what is left out and `absent` does not have.
 */
export async function vendor(): Promise<Vendored> {
  const modules = new Map<string, string>();
  const folders = new Set<string>();
  for (const [name, { contents, without }] of Object.entries(libraries)) {
    const { outputFiles, metafile } = await build({
      ...{ absWorkingDir: root, outfile: 'library.js', write: false, metafile: true, logLevel: 'silent' },
      // By its name a module of Node, to which the default export of CommonJS is all of it.
      stdin: { contents, resolveDir: root, sourcefile: `${name}.mjs` },
      ...{ bundle: true, platform: 'node', target: 'node22', format: 'esm', legalComments: 'inline' },
      banner: { js: "import{createRequire}from'node:module';const require=createRequire(import.meta.url);" },
      plugins: [
        {
          name: 'left out',
          setup({ onResolve, onLoad }) {
            if (without) onResolve({ filter: without }, ({ path }) => ({ path, namespace: 'absent' }));
            onLoad({ filter: /.*/, namespace: 'absent' }, () => ({ contents: absent }));
          },
        },
      ],
    });
    modules.set(`vendor/${name}.js`, outputFiles[0]?.text ?? '');
    for (const path of Object.keys(metafile.inputs)) {
      const folder = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0];
      if (folder) folders.add(folder);
    }
  }
  const files = Object.fromEntries(Object.keys(libraries).map((name) => [name, `vendor/${name}.js`]));
  return { modules, files, packages: [...folders].sort() };
}
