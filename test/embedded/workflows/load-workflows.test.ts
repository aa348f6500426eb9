import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { loadWorkflows } from '../../../embedded/workflows/load-workflows.ts';
import type { LoadedWorkflows } from '../../../embedded/workflows/loaded-workflow.ts';
import { bindTasks } from '../../../embedded/workflows/task-modules.ts';

type Files = { readonly [path: string]: string };
const folders: string[] = [];
const lasting: string[] = [];

/** Makes a folder, removed after the test, or with `null` after all of them. */
function folderWith(files: Files, until: 'test' | null = 'test'): string {
  const root = mkdtempSync(join(tmpdir(), 'statuswire-workflows-'));
  (until === 'test' ? folders : lasting).push(root);
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

afterAll(() => {
  for (const folder of lasting) rmSync(folder, { recursive: true, force: true });
});

const machine = (States: object): string => JSON.stringify({ StartAt: Object.keys(States)[0], States });
const good = machine({ A: { Type: 'Pass', End: true } });
const lambda = (Resource: string, more: object = {}): object => ({ Type: 'Task', Resource, End: true, ...more });

describe('a folder of workflows', () => {
  it('loads the examples', async () => {
    const { workflows, problems } = await loadWorkflows(fileURLToPath(new URL('../../../examples', import.meta.url)));
    expect(problems).toEqual([]);
    expect(workflows.map(({ name }) => name)).toEqual(['orders', 'parcel']);
    expect(workflows[0]?.rules).toMatchObject({
      ...{ owner: { tenant: 'default' }, exposeCause: true, machineArn: null },
      expose: { trackingNumber: '$.trackingNumber', total: '$.total', orderId: '$.orderId' },
    });
    expect(workflows[1]?.rules.nesting).toMatchObject({ PackItem: ['Prepare', 'PackItems'] });
  });

  it('takes a single workflow folder too, and passes over what is none', async () => {
    const root = folderWith({ 'one/a.asl.json': good, 'docs/README.md': 'x', '.git/a.asl.json': good });
    expect((await loadWorkflows(root)).workflows.map(({ name }) => name)).toEqual(['one']);
    expect((await loadWorkflows(join(root, 'one'))).workflows.map(({ name }) => name)).toEqual(['one']);
  });

  it('takes a link to a folder, names one that leads nowhere, and passes over one to a file', async () => {
    const elsewhere = folderWith({ 'v7/a.asl.json': good, 'v7/statuswire.json': '{"tenant":"acme"}' });
    const root = folderWith({ 'plain/a.asl.json': good, 'notes.txt': 'x' });
    symlinkSync(join(elsewhere, 'v7'), join(root, 'linked'));
    symlinkSync('plain', join(root, 'again'));
    symlinkSync(join(elsewhere, 'gone'), join(root, 'broken'));
    symlinkSync('round', join(root, 'round'));
    symlinkSync('notes.txt', join(root, 'file'));
    symlinkSync(elsewhere, join(root, 'node_modules'));
    const { workflows, problems } = await loadWorkflows(root);
    expect(workflows.map(({ name }) => name)).toEqual(['again', 'linked', 'plain']);
    expect(workflows.find(({ name }) => name === 'linked')?.rules.owner).toEqual({ tenant: 'acme' });
    expect(problems).toMatchObject([
      { file: join(root, 'broken'), reason: expect.stringContaining('ENOENT') },
      { file: join(root, 'round'), reason: expect.stringContaining('ELOOP') },
    ]);
  });

  it('says when there is no such folder', async () => {
    expect((await loadWorkflows('/nowhere/at/all')).problems).toMatchObject([{ file: '/nowhere/at/all', state: null }]);
  });

  it('hands on what statuswire.json says (S1, S13, S14)', async () => {
    const config = {
      tenantPath: '$.customer.id',
      expose: { total: '$.order.total' },
      machineArn: 'arn:aws:states:eu-west-1:111122223333:stateMachine:orders',
    };
    const root = folderWith({ 'w/w.asl.json': good, 'w/statuswire.json': JSON.stringify(config) });
    const { workflows } = await loadWorkflows(root);
    expect(workflows[0]?.rules).toEqual({
      machineArn: config.machineArn,
      owner: { inputPath: '$.customer.id' },
      expose: { total: '$.order.total' },
      exposeCause: false,
      nesting: { A: [] },
    });
  });
});

it('S1: loads a folder that has nothing but where the state machine runs', async () => {
  const config = JSON.stringify({ machineArn: arn, expose: { total: '$.total' } });
  for (const root of [
    folderWith({ 'w/statuswire.json': config }),
    join(folderWith({ 'w/statuswire.json': config }), 'w'),
  ]) {
    const { workflows, problems } = await loadWorkflows(root);
    expect(problems).toEqual([]);
    expect(workflows).toMatchObject([
      {
        name: 'w',
        definition: null,
        tasks: {},
        rules: { machineArn: arn, expose: { total: '$.total' }, nesting: null },
      },
    ]);
  }
});

describe('a Task finds its handler', () => {
  const invoke = (FunctionName: string): object =>
    lambda('arn:aws:states:::lambda:invoke', { Parameters: { FunctionName, 'Payload.$': '$' } });

  it.each([
    ['by the state', 'Pay', lambda('arn:aws:lambda:REGION:ACCOUNT_ID:function:Something')],
    ['by a whole ARN', 'S', lambda('arn:aws:lambda:eu-west-1:111122223333:function:Pay')],
    ['by an ARN with an alias', 'S', lambda('arn:aws:lambda:eu-west-1:111122223333:function:Pay:live')],
    ['by an incomplete ARN', 'S', lambda('arn:aws:lambda:REGION:ACCOUNT_ID:function:Pay')],
    ['by a placeholder', 'S', lambda(`\${Pay}`)],
    ['by a placeholder for an ARN', 'S', lambda(`\${PayArn}`)],
    ['by an ARN with a placeholder', 'S', lambda(`arn:aws:lambda:\${Region}:\${Account}:function:\${Pay}`)],
    ['by FunctionName', 'S', invoke('Pay')],
    ['by FunctionName with an alias', 'S', invoke('Pay:live')],
    ['by FunctionName as a partial ARN', 'S', invoke('111122223333:function:Pay')],
    ['by the state, of another service', 'Pay', lambda('arn:aws:states:::dynamodb:getItem', { Parameters: {} })],
  ])('%s', (_, name, state) => {
    const Pay = (): null => null;
    const { tasks, problems } = bindTasks(JSON.parse(machine({ [name]: state })), new Map([['Pay', Pay]]));
    expect(problems).toEqual([]);
    expect(tasks[name]).toHaveProperty('handler', Pay);
  });

  it.each(['tasks.ts', 'tasks.js', 'tasks.mjs'])('in %s, among functions only', async (file) => {
    const tasks = 'export const Pay = () => 1; export const Other = 2;';
    const root = folderWith({ 'w/w.asl.json': machine({ Pay: lambda('x') }), [`w/${file}`]: tasks });
    const { workflows } = await loadWorkflows(root);
    expect(workflows[0]?.tasks.Pay).toEqual({ type: 'lambda', handler: expect.any(Function) });
  });

  it('or none, for putEvents: the runner does that', () => {
    const tell = lambda('arn:aws:states:::events:putEvents', { Parameters: { Entries: [] } });
    const { tasks } = bindTasks(JSON.parse(machine({ Tell: tell })), new Map());
    expect(tasks).toEqual({ Tell: { type: 'put-events' } });
  });
});

const passing = (more: object): string => machine({ A: { Type: 'Pass', End: true, ...more } });
const mapping = (more: object): string => {
  const ItemProcessor = { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } };
  return machine({ A: { Type: 'Map', ItemProcessor, End: true, ...more } });
};

const badDefinitions: readonly (readonly [what: string, definition: string, state: string | null, reason: string])[] = [
  ['Task without handler', machine({ A: lambda('arn:aws:lambda:r:1:function:Pay') }), 'A', '"A" or "Pay"'],
  ['handler that is no function', machine({ Text: lambda('x') }), 'Text', 'no task handler'],
  ['JSONata', JSON.stringify({ QueryLanguage: 'JSONata', ...JSON.parse(good) }), null, 'JSONata'],
  ['JSONata in one state', passing({ QueryLanguage: 'JSONata', Output: 1 }), 'A', 'JSONata'],
  ['Assign', passing({ Assign: { x: 1 } }), 'A', 'variables'],
  ['a variable', passing({ Parameters: { 'x.$': '$order' } }), 'A', 'variables'],
  ['a variable in an intrinsic', passing({ Parameters: { 'x.$': "States.Format('$a {}', $b)" } }), 'A', 'variables'],
  ['task token', machine({ A: lambda('arn:aws:states:::sqs:sendMessage.waitForTaskToken') }), 'A', 'task tokens'],
  ['token in the data', passing({ Parameters: { 'x.$': '$$.Task.Token' } }), 'A', 'task tokens'],
  ['the whole context', passing({ Parameters: { 'x.$': '$$' } }), 'A', 'context object'],
  ['unknown intrinsic', passing({ Parameters: { 'x.$': 'States.Nope($.a)' } }), 'A', 'States.Nope'],
  ['activity', machine({ A: lambda('arn:aws:states:eu-west-1:1:activity:x') }), 'A', 'activities'],
  ['heartbeat', machine({ A: lambda('x', { HeartbeatSeconds: 5 }) }), 'A', 'heartbeats'],
  ['ItemReader', mapping({ ItemReader: {} }), 'A', 'distributed Map'],
  ['ResultWriter', mapping({ ResultWriter: {} }), 'A', 'distributed Map'],
  [
    'DISTRIBUTED',
    mapping({
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED' },
        ...JSON.parse(machine({ B: { Type: 'Pass', End: true } })),
      },
    }),
    'A',
    'distributed Map',
  ],
  ['no JSON', '{', null, 'not JSON'],
  ['no machine', '[]', null, 'no state machine'],
  ['a state that is none', machine({ A: null }), null, 'no state machine'],
  ['missing target', passing({ End: undefined, Next: 'Z' }), null, 'Z'],
  [
    'unreachable state',
    machine({ A: { Type: 'Pass', End: true }, B: { Type: 'Pass', End: true } }),
    'B',
    'not reachable',
  ],
  ['wrong type', passing({ Type: 'Tusk' }), 'A', 'Type'],
  ['wrong Wait', machine({ A: { Type: 'Wait', End: true } }), 'A', 'Seconds'],
  ['wrong path', passing({ InputPath: 'nope' }), 'A', 'InputPath'],
  ['path over all descendants twice', passing({ InputPath: '$..a..b' }), 'A', '$..a..b could take more than linear'],
  [
    'such a path as an argument',
    passing({ Parameters: { 'n.$': 'States.Array($.a, $..b..c)' } }),
    'A',
    'only one segment of a path may look into all descendants (..)',
  ],
  ['path that finds a place twice', passing({ OutputPath: '$.a[0,0]' }), 'A', 'indexes that stand together'],
  ['filter over all descendants', passing({ InputPath: '$.a[?(@..b)]' }), 'A', 'a filter may not look into all'],
];

const arn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:w';

const badFolders: readonly (readonly [what: string, files: Files, file: string, reason: string])[] = [
  ['two definitions', { 'a.asl.json': good, 'b.asl.json': good }, '', 'exactly one'],
  ['a config alone that names no machine', { 'statuswire.json': '{}' }, 'statuswire.json', 'or machineArn for a state'],
  [
    'tasks and a config without a definition',
    { 'tasks.js': '', 'statuswire.json': JSON.stringify({ machineArn: arn }) },
    '',
    'exactly one',
  ],
  ['tasks without a definition', { 'tasks.js': '' }, '', 'exactly one'],
  ['two task modules', { 'a.asl.json': good, 'tasks.js': '', 'tasks.ts': '' }, '', 'several'],
  ['a name nobody can log', { 'a.asl.json': good }, '', 'no name'],
  ['a module that throws', { 'a.asl.json': good, 'tasks.js': 'throw new Error("boom")' }, 'tasks.js', 'boom'],
  ['config: no JSON', { 'a.asl.json': good, 'statuswire.json': '{' }, 'statuswire.json', 'not JSON'],
  ['config: unknown key', { 'a.asl.json': good, 'statuswire.json': '{"x":1}' }, 'statuswire.json', '"x"'],
  [
    'config: no JSONPath',
    { 'a.asl.json': good, 'statuswire.json': '{"expose":{"total":"order["}}' },
    'statuswire.json',
    'expose.total: "order[" is no JSONPath',
  ],
  [
    'config: a path that may take long',
    { 'a.asl.json': good, 'statuswire.json': JSON.stringify({ expose: { total: '$..a..b' } }) },
    'statuswire.json',
    'expose.total: "$..a..b" could take more than linear time',
  ],
  [
    'config: a pattern that is none',
    { 'a.asl.json': good, 'statuswire.json': JSON.stringify({ expose: { x: "$[?match(@, '(a')]" } }) },
    'statuswire.json',
    'is no I-Regexp (RFC 9485)',
  ],
  [
    'config: two owners',
    { 'a.asl.json': good, 'statuswire.json': '{"tenant":"a","tenantPath":"$.b"}' },
    'statuswire.json',
    'not both',
  ],
  [
    'config: no ARN',
    { 'a.asl.json': good, 'statuswire.json': '{"machineArn":"orders"}' },
    'statuswire.json',
    'machineArn: is no state machine ARN',
  ],
];

/** A folder for each; one with a name that is no name for a workflow. */
const folderNames: ReadonlyMap<string, string> = new Map(
  badFolders.map(([what], index) => [what, what.startsWith('a name') ? 'b d' : `folder-${index}`]),
);

describe('what is wrong keeps one workflow out and names file and state', () => {
  let loaded: LoadedWorkflows = { workflows: [], problems: [] };

  /** All of them beside one good workflow, loaded once: the validator takes its time. */
  beforeAll(async () => {
    const files: [string, string][] = [['good/good.asl.json', good]];
    for (const [index, [, definition]] of badDefinitions.entries()) {
      files.push(
        [`definition-${index}/x.asl.json`, definition],
        [`definition-${index}/tasks.js`, 'export const Text = 1;'],
      );
    }
    for (const [what, contents] of badFolders) {
      for (const [name, text] of Object.entries(contents)) files.push([`${folderNames.get(what)}/${name}`, text]);
    }
    loaded = await loadWorkflows(folderWith(Object.fromEntries(files), null));
  });

  const problemsIn = (folder: string) =>
    loaded.problems
      .filter(({ file }) => basename(file) === folder || basename(join(file, '..')) === folder)
      .map((problem) => ({ ...problem, file: basename(problem.file) }));

  it('keeps the good one', () => {
    expect(loaded.workflows.map(({ name }) => name)).toEqual(['good']);
  });

  it.each(badDefinitions.map((row, index) => [...row, index] as const))('%s', (_, __, state, reason, index) => {
    const problem = { file: 'x.asl.json', state, reason: expect.stringContaining(reason) };
    expect(problemsIn(`definition-${index}`)).toContainEqual(problem);
  });

  it.each(badFolders)('%s', (what, _, file, reason) => {
    const folder = folderNames.get(what) ?? '';
    const problem = { file: file === '' ? folder : file, state: null, reason: expect.stringContaining(reason) };
    expect(problemsIn(folder)).toContainEqual(problem);
  });

  it('is not confused by plain text that looks like an expression', async () => {
    const Parameters = { imagePath: '$HOME/x', note: '$$', 'ok.$': "States.Format('$x States.Nope() {}', $.a)" };
    const root = folderWith({ 'w/w.asl.json': passing({ Parameters, Comment: '$$.Task.Token' }) });
    expect((await loadWorkflows(root)).problems).toEqual([]);
  });
});
