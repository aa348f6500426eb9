import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AssetHashType, DockerImage } from 'aws-cdk-lib';
import { Code } from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { LambdaName } from '../bundle/lambdas.ts';
import type { Workflow } from './workflows.ts';

/** Context key: a folder to take the built parts from, instead of the one beside this library. */
export const assetsContext = 'statuswire:assets';

/** What AppSync is made from; `infra/build/assets.ts` writes it. */
export interface AppsyncAssets {
  /** With the directives of the modes that the API has. */
  readonly schema: string;
  /** The same where the API takes OpenID Connect as well. */
  readonly schemaWithOidc: string;
  /** Tokens that the authorizer is shown at all. */
  readonly tokenExpression: string;
  readonly resolvers: readonly {
    /** `<Type>.<field>` */
    readonly field: string;
    readonly dataSource: 'lambda' | 'none';
    /** APPSYNC_JS */
    readonly code: string;
  }[];
}

/** The built parts: they come with the package, and in the repository from `npm run build -w infra`. */
export interface Assets {
  readonly appsync: AppsyncAssets;
  /** The Lambda's code, with `workflows.json` beside it. */
  lambda(name: LambdaName): Code;
}

/** @throws Error when they were not built. */
export function assetsFor(scope: Construct, workflows: readonly Workflow[]): Assets {
  const folder: string =
    scope.node.tryGetContext(assetsContext) ?? fileURLToPath(new URL('../assets', import.meta.url));
  const path = (...parts: readonly string[]): string => {
    const file = join(folder, ...parts);
    if (!existsSync(file)) throw new Error(`${file} is not there: build it with "npm run build -w infra".`);
    return file;
  };
  const configuration = textOf(workflows);
  return {
    get appsync() {
      return JSON.parse(readFileSync(path('appsync.json'), 'utf8'));
    },
    lambda: (name) =>
      Code.fromAsset(path('lambda', name), {
        assetHashType: AssetHashType.OUTPUT,
        bundling: {
          // Never run: the files are only put together.
          image: DockerImage.fromRegistry('none'),
          local: {
            tryBundle(outDir) {
              cpSync(path('lambda', name), outDir, { recursive: true });
              writeFileSync(join(outDir, 'workflows.json'), configuration);
              return true;
            },
          },
        },
      }),
  };
}

/** By name, so that the order in which somebody lists them changes no Lambda. */
function textOf(workflows: readonly Workflow[]): string {
  const sorted = [...workflows].sort((a, b) => (a.name < b.name ? -1 : 1));
  return `${JSON.stringify(Object.fromEntries(sorted.map(({ name, entry }) => [name, entry])), null, 2)}\n`;
}
