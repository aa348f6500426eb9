import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { publint } from 'publint';
import { formatMessage } from 'publint/utils';
import { describe, expect, inject, it } from 'vitest';
import { licenceOf } from '../../packaging/notices.ts';
import { bin, root, runTool } from '../support/run-tool.ts';

const all = inject('installed');
const service = all.statuswire;

const read = (file: string): string => readFileSync(join(service.folder, file), 'utf8');

/** Every package below a node_modules, at any depth. */
function packagesBelow(modules: string): readonly string[] {
  if (!existsSync(modules)) return [];
  const names = readdirSync(modules).filter((name) => !name.startsWith('.'));
  const folders = names.flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(modules, name)).map((inner) => join(name, inner)) : [name],
  );
  return folders.flatMap((name) => {
    const folder = join(modules, name);
    return [folder, ...packagesBelow(join(folder, 'node_modules'))];
  });
}

describe.each(Object.values(all))('$name', ({ folder, tarball, files }) => {
  it('publint finds nothing', async () => {
    const { messages, pkg } = await publint({ pkgDir: folder, strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg ?? {}))).toEqual([]);
  });

  it('are-the-types-wrong finds nothing for ESM', async () => {
    const { code, output } = await runTool(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'ascii']);
    expect(code, output).toBe(0);
  });

  it('has a licence and a page to read, and can be published', () => {
    expect(files).toEqual(expect.arrayContaining(['LICENSE', 'README.md', 'package.json']));
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    expect(manifest).not.toHaveProperty('private');
    expect(manifest).not.toHaveProperty('scripts');
    expect(manifest).not.toHaveProperty('devDependencies');
  });

  it('has no source, test or bench in it, and nothing of this machine', () => {
    expect(files.filter((file) => /(?<!\.d)\.tsx?$|(^|\/)(test|bench|infra\/build|node_modules)\//.test(file))).toEqual(
      [],
    );
    for (const file of files.filter((name) => /\.(m?js|ts|json|map|md)$/.test(name)))
      expect(readFileSync(join(folder, file), 'utf8').includes(root.replace(/\/$/, '')), file).toBe(false);
  });
});

describe('what comes along with the service', () => {
  const packages = packagesBelow(join(service.project, 'node_modules'));
  const manifests = packages.map((folder) => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));

  it('has no AWS client', () => {
    expect(manifests.length).toBeGreaterThan(20);
    expect(manifests.map(({ name }) => name).filter((name) => /^@(aws|smithy)|aws-sdk/.test(name))).toEqual([]);
    const modules = service.files.filter((file) => file.endsWith('.js'));
    expect(modules.filter((file) => /['"]@(aws-sdk|smithy|aws-lambda-powertools)\//.test(read(file)))).toEqual([]);
  });

  it('has a licence that is allowed, each', () => {
    for (const manifest of manifests) expect(() => licenceOf(manifest)).not.toThrow();
  });

  it('takes less than 40 MB, as a file system counts', () => {
    const bytes = readdirSync(service.project, { recursive: true, encoding: 'utf8' })
      .map((name) => statSync(join(service.project, name)))
      .reduce((sum, { size, blocks }) => sum + Math.max(size, (blocks ?? 0) * 512), 0);
    expect(bytes).toBeGreaterThan(10e6);
    expect(bytes).toBeLessThan(40e6);
  });

  it('is told of with its licence where it was bundled', () => {
    const notices = read('THIRD-PARTY-NOTICES');
    expect(service.files.filter((file) => file.startsWith('vendor/'))).toEqual([
      'vendor/asl-validator.js',
      'vendor/aws-local-stepfunctions.js',
    ]);
    for (const name of ['aws-local-stepfunctions', 'jsonpath-plus', 'ajv'])
      expect(notices).toMatch(
        new RegExp(`^${name} [\\d.]+, MIT\\n-+\\n\\n[\\s\\S]*?Permission is hereby granted`, 'm'),
      );
    expect(notices).toMatch(/^asl-validator [\d.]+, Apache-2\.0\n-+\n\n[\s\S]*?Apache License/m);
    expect(notices).not.toContain('without the text of its licence');
  });
});

describe('types for task handlers', () => {
  it('check a strict project without skipLibCheck', async () => {
    const flags = ['--strict', '--noEmit', '--target', 'es2023', '--exactOptionalPropertyTypes', '--types', ''];
    const nodenext = ['--module', 'nodenext', '--allowImportingTsExtensions', '--erasableSyntaxOnly'];
    const checked = await runTool(bin('tsc'), [...flags, ...nodenext, 'workflows/orders/tasks.ts'], {
      cwd: service.project,
    });
    expect(checked).toEqual({ code: 0, output: '' });
  });
});

it.each(['.', 'client-sdk', 'infra', 'resolvers', 'packaging'])(
  'packing %s by mistake is refused, with the right command',
  async (folder) => {
    const { code, output } = await runTool('npm', ['pack', '--dry-run', '--loglevel=error'], {
      cwd: join(root, folder),
    });
    expect(code).not.toBe(0);
    expect(output).toContain('"npm run pack"');
  },
);
