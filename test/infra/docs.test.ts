import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { LambdaName } from '../../infra/bundle/lambdas.ts';
import { synth, whole } from './support/synth.ts';

const root = join(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const pages = ['deploy', 'permissions', 'aws-operations', 'quotas-and-cost'].map((name) => `docs/${name}.md`);

const anchorsOf = (page: string): readonly string[] =>
  [...read(page).matchAll(/^#+ (.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );

describe('the pages about AWS', () => {
  it.each(pages)('links in %s lead somewhere', (page) => {
    const links = [...read(page).matchAll(/\]\((?!https?:)([\w./-]*?)(?:#([\w-]+))?\)/g)];
    expect(links.length).toBeGreaterThan(0);
    for (const [, target = '', anchor] of links) {
      const to = target === '' ? page : join('docs', target);
      expect(existsSync(join(root, to)), `${page} → ${to}`).toBe(true);
      if (anchor !== undefined) expect(anchorsOf(to), `${page} → ${to}`).toContain(anchor);
    }
  });
});

const { find } = synth(whole);

describe('docs/permissions.md', () => {
  const text = read('docs/permissions.md');
  const actionsIn = (heading: string): readonly string[] => {
    const [section = ''] = text.split(`\n## ${heading}\n`)[1]?.split('\n## ') ?? [];
    return [...new Set([...section.matchAll(/`([a-z-]+:[A-Z]\w+)`/g)].map(([, action = '']) => action))].sort();
  };
  const granted = (part: RegExp): readonly string[] => {
    const statements = [...find('AWS::IAM::Role', 'Status'), ...find('AWS::IAM::Policy', 'Status')]
      .filter(([id]) => part.test(id))
      .flatMap(([, { Properties }]) =>
        [Properties, ...((Properties.Policies as object[] | undefined) ?? [])].flatMap(
          (holder) =>
            (holder as { PolicyDocument?: { Statement: { Action: string | string[] }[] } }).PolicyDocument?.Statement ??
            [],
        ),
      );
    return [...new Set(statements.flatMap(({ Action }) => [Action].flat()))].sort();
  };
  const everywhere = actionsIn('Every Lambda');
  const roles: Readonly<Record<LambdaName, RegExp>> = {
    ...{ ingest: /^StatusIngestLambda/, intake: /^StatusIntake/, fanout: /^StatusFanOut/, webhooks: /^StatusWebhooks/ },
    ...{ websocket: /^StatusSockets/, reconcile: /^StatusReconciler/, authorize: /^StatusAppsyncAuthorize/ },
    ...{ graphql: /^StatusAppsyncQuery/, api: /^StatusHttp/ },
  };

  it.each(Object.entries(roles))('tells all that %s may do, and nothing more', (name, part) => {
    const own = granted(part).filter((action) => !everywhere.includes(action));
    expect(own.length).toBeGreaterThan(0);
    expect(actionsIn(name)).toEqual(own);
    expect(granted(part)).toEqual(expect.arrayContaining([...everywhere]));
  });

  it('tells what AppSync may do', () => {
    expect(actionsIn('AppSync')).toEqual(granted(/^StatusAppsync(Fields|Logs)/));
  });
});

describe('docs/deploy.md', () => {
  it('has every option, and no other', () => {
    const source = read('infra/lib/props.ts').split('export interface StatusNotificationsProps')[1] ?? '';
    const options = [...source.matchAll(/^ {2}readonly (\w+)\??:/gm)].map(([, name]) => name);
    const [table = ''] = read('docs/deploy.md').split('\n## Options\n')[1]?.split('\n## ') ?? [];
    const rows = [...table.matchAll(/^\| (`\w+`(?:, `\w+`)*) \|/gm)].flatMap(([, names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, name]) => name),
    );
    expect(rows.sort()).toEqual(options.sort());
  });
});
