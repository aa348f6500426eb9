import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** What was done to a data folder that was sound before, and what the next start says about it. */
export interface BadDataFolder {
  readonly what: string;
  readonly damage: (folder: string) => void;
  readonly says: RegExp;
}

const write =
  (name: string, content: string | Buffer) =>
  (folder: string): void =>
    writeFileSync(join(folder, name), content);
const inDatabase = (sql: string) => (folder: string) => {
  const db = new DatabaseSync(join(folder, 'statuswire.db'));
  db.exec(sql);
  db.close();
};
const noise = Buffer.from(Array.from({ length: 8_192 }, (_, n) => (n * 73 + 5) % 256));

export const badDataFolders: readonly BadDataFolder[] = [
  { what: 'an api-key file of another form', damage: write('api-key', 'hunter2\n'), says: /api-key holds no API key/ },
  { what: 'an api-key file of noise', damage: write('api-key', noise), says: /api-key holds no API key/ },
  { what: 'a short token-secret', damage: write('token-secret', 'c2hvcnQ=\n'), says: /token-secret must hold base64/ },
  { what: 'a lock of noise', damage: write('lock', noise), says: /lock.*is damaged/ },
  {
    what: 'a token-secret of no base64',
    damage: write('token-secret', '!'.repeat(60)),
    says: /token-secret must hold/,
  },
  { what: 'a database of noise', damage: write('statuswire.db', noise), says: /not a database/ },
  { what: 'a database of text', damage: write('statuswire.db', 'hello\n'.repeat(2_000)), says: /not a database/ },
  {
    what: 'a truncated database',
    damage: (folder) => truncateSync(join(folder, 'statuswire.db'), 5_000),
    says: /malformed|corrupt|not a database/,
  },
  {
    what: 'a database of another program',
    damage: inDatabase('PRAGMA application_id = 252006674'),
    says: /statuswire\.db.*(another|not)/i,
  },
  {
    what: 'a database of a later version',
    damage: inDatabase('PRAGMA user_version = 9999'),
    says: /statuswire\.db.*9999/,
  },
];

/** Files of one workflow folder beside a good one, and what is said about it; the good one runs all the same. */
export const badWorkflowFolders: readonly (readonly [
  what: string,
  files: { readonly [name: string]: string },
  says: RegExp,
])[] = [
  ['a definition cut short', { 'w.asl.json': '{"StartAt":' }, /is not JSON/],
  ['a definition that is a list', { 'w.asl.json': '[]' }, /no state machine/],
  ['a definition without states', { 'w.asl.json': '{"StartAt":"A"}' }, /no state machine/],
  [
    'a definition that leads nowhere',
    { 'w.asl.json': '{"StartAt":"B","States":{"A":{"Type":"Pass","End":true}}}' },
    /invalid/,
  ],
  [
    'states in __proto__',
    { 'w.asl.json': '{"StartAt":"A","__proto__":{"States":{"A":{"Type":"Pass","End":true}}}}' },
    /no state machine/,
  ],
  [
    'JSONata',
    { 'w.asl.json': '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}' },
    /not supported/,
  ],
  ['two definitions', { 'a.asl.json': '{}', 'b.asl.json': '{}' }, /exactly one/],
  ['a configuration of noise', { 'w.asl.json': good(), 'statuswire.json': '\0\u0001' }, /is not JSON/],
  ['a configuration with a typing error', { 'w.asl.json': good(), 'statuswire.json': '{"expsoe":{}}' }, /expsoe/],
  ['a path that is none', { 'w.asl.json': good(), 'statuswire.json': '{"expose":{"a":"$..[?("}}' }, /expose|path/i],
  ['a task module that throws', { 'w.asl.json': good(), 'tasks.js': 'throw new Error("not today")' }, /not today/],
  ['a task module that cannot be read', { 'w.asl.json': good(), 'tasks.js': 'export const = ;' }, /./],
];

function good(): string {
  return '{"StartAt":"A","States":{"A":{"Type":"Pass","End":true}}}';
}

/** A folder of workflows: `good`, and `bad` with these files. */
export function makeWorkflows(root: string, files: { readonly [name: string]: string }): string {
  for (const [name, text] of [
    ['good/good.asl.json', good()],
    ...Object.entries(files).map(([n, t]) => [`bad/${n}`, t]),
  ]) {
    if (name === undefined || text === undefined) continue;
    mkdirSync(join(root, name, '..'), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}
