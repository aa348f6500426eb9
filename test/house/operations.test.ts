import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { parseProgress } from '../../core/sources/progress.ts';
import { createMetrics } from '../../embedded/telemetry/metrics.ts';
import { createReadings } from '../../embedded/telemetry/readings.ts';
import { createRequestMetrics } from '../../embedded/telemetry/request-metrics.ts';
import { parseDefinition } from '../../embedded/workflows/definition-file.ts';
import { bindTasks } from '../../embedded/workflows/task-modules.ts';
import { command as run } from '../embedded/cli/support/command.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const operations = read('docs/operations.md');
const unit = read('deploy/statuswire.service');
const dockerfile = read('deploy/Dockerfile');

const help = new Map<string, Promise<string>>();
/** What `statuswire … --help` prints; '' for a command that does not exist. */
function helpOf(command: string): Promise<string> {
  const known = help.get(command);
  if (known) return known;
  const args = command.split(' ').filter((word) => word !== '');
  const printed = run([...args, '--help']).then(({ code, stdout }) =>
    code === 0 && stdout.startsWith(`Usage: statuswire ${command}`.trimEnd()) ? stdout : '',
  );
  help.set(command, printed);
  return printed;
}

/** `statuswire <command> [<subcommand>]` and the flags after it, wherever a text has it as code. */
function commandsIn(text: string): { readonly command: string; readonly flags: readonly string[] }[] {
  const found = text.matchAll(
    /(?:^|[`\s/])statuswire(?:\.js)? (?<command>[a-z][a-z-]*(?: [a-z][a-z-]*)?)(?<rest>[^`\n|]*)/gm,
  );
  return [...found].map(({ groups: { command = '', rest = '' } = {} }) => ({
    command,
    flags: [...rest.matchAll(/--[a-z-]+/g)].map(([flag]) => flag),
  }));
}

/** The command that the words name: both, or the first where the second is an argument. */
async function existing(words: string): Promise<string> {
  const [first = ''] = words.split(' ');
  const both = words === first ? '' : await helpOf(words);
  return both || helpOf(first);
}

const code = (text: string): string =>
  [...text.matchAll(/```sh\n([\s\S]*?)```|`([^`\n]+)`/g)].map(([, block, inline]) => `${block ?? inline}`).join('\n');

describe('the documents name what exists', () => {
  it.each([
    ['docs/operations.md', code(operations)],
    ['docs/running.md', code(read('docs/running.md'))],
    ['docs/workflows.md', code(read('docs/workflows.md'))],
    ['deploy/statuswire.service', unit],
    ['README.md', code(read('README.md'))],
    ['client-sdk/README.md', code(read('client-sdk/README.md'))],
  ])('commands and flags in %s', async (_, text) => {
    const commands = commandsIn(text);
    expect(commands.length).toBeGreaterThan(0);
    for (const { command, flags } of commands) {
      const printed = await existing(command);
      expect(printed, `statuswire ${command}`).not.toBe('');
      for (const flag of flags) expect(printed, `statuswire ${command} ${flag}`).toContain(flag);
    }
  });

  it('docs/running.md has every option of serve, and no other', async () => {
    const options = (text: string) => [...new Set([...text.matchAll(/(--[a-z-]+)/g)].map(([flag]) => flag))].sort();
    const printed = (await helpOf('serve')).replace(/^.*--help.*$/m, '');
    const rows = [...read('docs/running.md').matchAll(/^\| `(--[^`]+)`.*$/gm)].map(([, option = '']) => option);
    expect(rows.map((row) => row.split(' ')[0]).sort()).toEqual(options(printed));
    for (const row of rows) expect(printed).toContain(row);
    const variables = [...printed.matchAll(/env: ([A-Z_]+)/g)].map(([, name]) => name);
    for (const name of variables) expect(read('docs/running.md')).toContain(`\`${name}\``);
  });

  it('docs/operations.md has every metric with its labels, and no other', async () => {
    const registry = new Registry();
    createMetrics(registry);
    createRequestMetrics(registry);
    createReadings(registry);
    const names = (await registry.getMetricsAsJSON()).map(({ name }) => name);
    const rows = new Map(
      [...operations.matchAll(/^\| `(statuswire_\w+)` \| (.*?) \|/gm)].map(([, name = '', type = '']) => [name, type]),
    );
    expect([...rows.keys()].sort()).toEqual([...names].sort());
    for (const metric of await registry.getMetricsAsArray()) {
      const row = rows.get(metric.name) ?? '';
      const { labelNames } = metric as unknown as { readonly labelNames: readonly string[] };
      for (const label of labelNames) expect(row, metric.name).toContain(`\`${label}\``);
      expect(row, metric.name).toMatch(new RegExp(`^${metric.type}`));
    }
  });

  it('links between the documents lead somewhere', () => {
    for (const file of ['operations.md', 'running.md', 'workflows.md']) {
      for (const [, target = '', anchor] of read(`docs/${file}`).matchAll(/\]\(([\w./-]*?)(#[\w-]+)?\)/g)) {
        const page = target === '' ? `docs/${file}` : `docs/${target}`;
        expect(existsSync(join(root, page)), `${file} → ${target}`).toBe(true);
        if (anchor === undefined) continue;
        const anchors = [...read(page).matchAll(/^#+ (.*)$/gm)].map(
          ([, title = '']) =>
            `#${title
              .toLowerCase()
              .replace(/[^\w -]/g, '')
              .replaceAll(' ', '-')}`,
        );
        expect(anchors, `${file} → ${target}${anchor}`).toContain(anchor);
      }
    }
  });
});

describe('deploy/', () => {
  it('the unit starts what exists, as nobody in particular, and leaves the stop its time', () => {
    const settings = new Map(
      unit
        .split('\n')
        .filter((line) => /^\w+=/.test(line))
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );
    expect(settings.get('ExecStart')).toMatch(
      /^\/usr\/bin\/node \/opt\/statuswire\/node_modules\/statuswire\/bin\/statuswire\.js serve /,
    );
    expect(unit).toContain('STATUSWIRE_DATA=%S/statuswire');
    const wanted = {
      DynamicUser: 'yes',
      StateDirectory: 'statuswire',
      NoNewPrivileges: 'yes',
      ProtectSystem: 'strict',
    };
    for (const [name, value] of Object.entries(wanted)) expect(settings.get(name), name).toBe(value);
    expect(Number(settings.get('TimeoutStopSec'))).toBeGreaterThan(10);
    // V8 writes code into memory and runs it.
    expect(settings.has('MemoryDenyWriteExecute')).toBe(false);
  });

  it('the image starts the installed package, and is run by a user other than root', () => {
    expect(dockerfile).toMatch(/^USER node$/m);
    expect(dockerfile).toMatch(/^HEALTHCHECK .*\n.*\/healthz/m);
    expect(dockerfile).toMatch(/^VOLUME \/data$/m);
    expect(dockerfile).toMatch(
      /^ENTRYPOINT \["node", "node_modules\/statuswire\/bin\/statuswire\.js"\]\nCMD \["serve"\]$/m,
    );
    expect(dockerfile).toMatch(/^FROM node:24-slim$/m);
  });
});

describe('docs/workflows.md', () => {
  const snippet = /```json\n("ReportPacking"[\s\S]*?)```/.exec(read('docs/workflows.md'))?.[1] ?? '';
  const state = JSON.parse(`{${snippet}}`).ReportPacking;

  it('the report’s state is valid, runs without a handler, and goes on where it would without a failure', () => {
    const States = { ReportPacking: state, InitiateShipping: { Type: 'Succeed' } };
    const parsed = parseDefinition(JSON.stringify({ StartAt: 'ReportPacking', States }));
    expect(parsed).toMatchObject({ type: 'definition' });
    if (parsed.type === 'definition') expect(bindTasks(parsed.definition, new Map()).problems).toEqual([]);
    expect(state.Catch).toEqual([{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: state.Next }]);
  });

  it('S11: its event is read as progress', () => {
    const [{ Source, DetailType, Detail }] = state.Parameters.Entries;
    const { 'redriveCount.$': _, ...detail } = Detail;
    const event = {
      id: 'e-1',
      source: Source,
      'detail-type': DetailType,
      account: '123456789012',
      region: 'eu-west-1',
      time: '2026-11-20T10:00:00Z',
      resources: ['arn:aws:states:eu-west-1:123456789012:execution:orders:o-1'],
      detail: { ...detail, redriveCount: 0 },
    };
    expect(parseProgress(event)).toMatchObject({ type: 'facts', facts: [{ percent: 60, sequence: 3 }] });
  });
});
