import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { watchTypes } from '../../../embedded/cli/types.ts';
import { root } from '../../support/run-tool.ts';
import { command } from './support/command.ts';

const orders = join(root, 'examples/orders/orders.asl.json');
const parcel = join(root, 'examples/parcel/parcel.asl.json');
const shop = join(root, 'test/client-sdk/types/shop.asl.json');

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'statuswire-types-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('statuswire types', () => {
  it('prints one type per workflow and the map of all, under the names of the files', async () => {
    const { code, stdout, stderr } = await command(['types', orders, parcel]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain("    readonly ProcessPayment: 'CheckInventory' | 'PaymentFailureHandler';\n");
    expect(stdout).toContain('/** Takes an order: payment, stock, shipping. */\nexport interface OrdersWorkflow {\n');
    expect(stdout).toMatch(/ {2}readonly orders: OrdersWorkflow;\n {2}readonly parcel: ParcelWorkflow;\n}\n$/);
  });

  it('name=file names a workflow whose file is called otherwise', async () => {
    const { stdout } = await command(['types', `order-flow=${orders}`]);
    expect(stdout).toContain("readonly 'order-flow': OrderFlowWorkflow;");
  });

  it('--out writes, and leaves a file alone that is right already; --check tells whether it is', async () => {
    const out = join(folder, 'workflows.ts');
    expect(await command(['types', orders, '--out', out, '--check'])).toMatchObject({ code: 1, stdout: '' });
    expect(await command(['types', orders, '--out', out])).toEqual({ code: 0, stdout: `Wrote ${out}.\n`, stderr: '' });
    const { mtimeMs } = statSync(out);
    expect((await command(['types', orders, '--out', out])).stdout).toBe(`${out} is up to date.\n`);
    expect(statSync(out).mtimeMs).toBe(mtimeMs);
    expect(await command(['types', orders, '--out', out, '--check'])).toEqual({ code: 0, stdout: '', stderr: '' });

    const stale = await command(['types', orders, parcel, '--out', out, '--check']);
    expect(stale).toMatchObject({ code: 1, stderr: expect.stringContaining(`${out} is not up to date`) });
    expect(readFileSync(out, 'utf8')).not.toContain('Parcel');
  });

  it('the file that the type tests compile is what the command makes', async () => {
    const out = join(root, 'test/client-sdk/types/shop.workflow.ts');
    expect(await command(['types', shop, '--out', out, '--check'])).toEqual({ code: 0, stdout: '', stderr: '' });
  });

  it('wrong files are exit code 1: every problem with file and place, and nothing is written', async () => {
    const bad = join(folder, 'bad.asl.json');
    writeFileSync(bad, '{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}');
    const out = join(folder, 'never.ts');
    const { code, stderr } = await command(['types', orders, bad, join(folder, 'absent.json'), '--out', out]);
    expect(code).toBe(1);
    expect(stderr).toContain(`${bad}: States.A.Next: there is no state "B" beside it\n`);
    expect(stderr).toContain(`${join(folder, 'absent.json')}: cannot be read: ENOENT`);
    expect(() => statSync(out)).toThrow('ENOENT');
    const twice = await command(['types', orders, `Orders=${parcel}`]);
    expect(twice).toMatchObject({ code: 1, stderr: expect.stringContaining('have the same type name') });
  });

  it.each([
    ['--check without --out', [orders, '--check'], 'need --out'],
    ['--watch without --out', [orders, '--watch'], 'need --out'],
    ['--check and --watch', [orders, '--out', 'x.ts', '--check', '--watch'], 'exclude each other'],
    ['no files', [], "missing required argument 'files'"],
  ])('%s is exit code 2', async (_, args, message) => {
    expect(await command(['types', ...args])).toMatchObject({ code: 2, stderr: expect.stringContaining(message) });
  });
});

it('--watch writes after every change, also by an editor that replaces the file, and survives a wrong one', async () => {
  const here = join(folder, 'watched');
  mkdirSync(here);
  const file = join(here, 'orders.asl.json');
  const out = join(here, 'workflows.ts');
  copyFileSync(orders, file);
  const lines: string[] = [];
  let wake = (): void => undefined;
  const heard = (line: string): void => {
    lines.push(line);
    wake();
  };
  const stop = new AbortController();
  const options = { out, signal: stop.signal, print: heard, complain: heard };
  const ended = watchTypes({ sources: [{ workflow: 'orders', file }], ...options });
  const line = async (count: number): Promise<string> => {
    while (lines.length < count) await new Promise<void>((resolve) => (wake = resolve));
    return lines[count - 1] ?? '';
  };
  expect(await line(1)).toBe(`Wrote ${out}.`);

  writeFileSync(`${file}.tmp`, readFileSync(file, 'utf8').replaceAll('CheckInventory', 'LookIntoStock'));
  renameSync(`${file}.tmp`, file);
  expect(await line(2)).toBe(`Wrote ${out}.`);
  expect(readFileSync(out, 'utf8')).toContain("readonly ProcessPayment: 'LookIntoStock'");

  writeFileSync(file, '{');
  expect(await line(3)).toContain(`${file}: is not JSON`);
  expect(readFileSync(out, 'utf8')).toContain('LookIntoStock');

  copyFileSync(orders, file);
  expect(await line(4)).toBe(`Wrote ${out}.`);
  stop.abort();
  await ended;
});
