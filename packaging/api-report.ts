import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';
import { inRoot } from './sources.ts';

/** `@statuswire/client` and `./react/suspense` → `client-react-suspense.api.md` */
const fileOf = (name: string, entry: string): string =>
  `${`${name.replace('@statuswire/', '')}${entry.slice(1)}`.replaceAll('/', '-')}.api.md`;

/**
 * What a package lets others use, as text: a report for each entry that has types. What changes in it is a change of the API.
 *
 * @param published folder of the package as it is published
 * @throws Error with what api-extractor finds wrong.
 */
export function apiReports(published: string): ReadonlyMap<string, string> {
  const { name, exports } = JSON.parse(readFileSync(join(published, 'package.json'), 'utf8')) as {
    readonly name: string;
    readonly exports: Readonly<Record<string, string | { readonly types: string }>>;
  };
  // Beside the repository's node_modules, which has what the types name; not in it, where nothing is a package's own.
  mkdirSync(inRoot('dist'), { recursive: true });
  const out = mkdtempSync(inRoot('dist/api-report-'));
  const folder = join(out, 'package');
  try {
    cpSync(published, folder, { recursive: true });
    return new Map(
      Object.entries(exports).flatMap(([entry, target]) => {
        if (typeof target === 'string') return [];
        const file = fileOf(name, entry);
        return [[file, report(folder, target.types, out, file)] as const];
      }),
    );
  } finally {
    rmSync(out, { recursive: true });
  }
}

function report(folder: string, types: string, out: string, file: string): string {
  const reports = join(out, 'reports');
  mkdirSync(reports, { recursive: true });
  const complaints: string[] = [];
  const extractorConfig = ExtractorConfig.prepare({
    configObjectFullPath: join(folder, 'api-extractor.json'),
    packageJsonFullPath: join(folder, 'package.json'),
    configObject: {
      projectFolder: folder,
      mainEntryPointFilePath: join(folder, types),
      apiReport: {
        enabled: true,
        reportFileName: file.replace('.api.md', ''),
        reportFolder: reports,
        reportTempFolder: out,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      newlineKind: 'lf',
      compiler: {
        overrideTsconfig: {
          compilerOptions: {
            ...{ module: 'nodenext', target: 'es2022', strict: true, skipLibCheck: true, types: [] },
            lib: ['es2023', 'dom', 'dom.iterable', 'esnext.disposable'],
          },
          files: [join(folder, types)],
        },
      },
      // The report is there to see changes by; how its text is written is for the linter and for typedoc.
      messages: {
        compilerMessageReporting: { default: { logLevel: ExtractorLogLevel.Error } },
        extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
        tsdocMessageReporting: { default: { logLevel: ExtractorLogLevel.None } },
      },
    },
  });
  Extractor.invoke(extractorConfig, {
    localBuild: true,
    messageCallback(message) {
      if (message.logLevel === ExtractorLogLevel.Error) complaints.push(message.text);
      message.handled = true;
    },
  });
  const made = join(out, file);
  if (complaints.length > 0 || !existsSync(made)) throw new Error(`${file}: ${complaints.join('\n')}`);
  return readFileSync(made, 'utf8');
}
