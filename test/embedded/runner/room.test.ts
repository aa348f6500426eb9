import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createRoom, weightOf } from '../../../embedded/runner/room.ts';
import { startChild } from '../../support/child.ts';
import { endIn, statusesIn } from './support/emitted.ts';
import { openKit, workflowOf } from './support/kit.ts';

const task = { StartAt: 'T', States: { T: { Type: 'Task', Resource: 'x', End: true } } };
const text = 'x'.repeat(10_000);
const input = JSON.stringify(text);
const room = (mostBytes: number) =>
  createRoom({
    mostBytes,
    failed: (error) => {
      throw error;
    },
    given: () => undefined,
  });

describe('createRoom', () => {
  it('lets in what fits, the rest in order, and one alone whatever it weighs', async () => {
    const entered: string[] = [];
    const one = room(100);
    const enter = (name: string, bytes: number) => async (): Promise<void> => {
      entered.push(name);
      one.enter(name, bytes);
    };
    one.wait('large', 500, enter('large', 500));
    for (const name of ['a', 'b', 'c']) one.wait(name, 60, enter(name, 40));
    one.wait('a', 60, enter('a again', 60));
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toEqual(['large']);
    expect([one.has(1), one.waiting, one.bytes]).toEqual([false, 3, 680]);
    one.leave('large');
    await new Promise((resolve) => setImmediate(resolve));
    // What it weighs is known when it has entered.
    expect(entered).toEqual(['large', 'a', 'b']);
    one.leave('a');
    await new Promise((resolve) => setImmediate(resolve));
    expect(entered).toEqual(['large', 'a', 'b', 'c']);
    expect([one.has(20), one.has(21), one.waiting]).toEqual([true, false, 0]);
  });

  it('weighs small parts by what they take, not by their text', () => {
    const empty = Array.from({ length: 80_000 }, () => []);
    expect(weightOf(JSON.stringify(empty), empty)).toBeGreaterThan(5_000_000);
    expect(weightOf('"a"', 'a')).toBeLessThan(5_000);
  });
});

describe('executions under way', () => {
  it('are bounded in bytes: the others wait in the database, in order, and all of them run', async () => {
    let atOnce = 0;
    let most = 0;
    const T = async (given: unknown): Promise<null> => {
      atOnce += 1;
      most = Math.max(most, atOnce);
      expect(given).toBe(text);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce -= 1;
      return null;
    };
    const mostBytes = 3 * weightOf(input, text);
    const kit = openKit([workflowOf(task, { T })], { mostBytes });
    for (let n = 0; n < 20; n += 1) await kit.runner.start({ workflow: 'w', id: `x-${n}` }, input);
    await kit.runner.idle();
    expect(most).toBeLessThanOrEqual(3);
    const ended = statusesIn(kit.items).filter(({ status }) => status === 'SUCCEEDED');
    expect(new Set(ended.map(({ name }) => name)).size).toBe(20);
  });

  it('are refused above the bound, and taken again once one has ended', async () => {
    const over = Promise.withResolvers<null>();
    const kit = openKit([workflowOf(task, { T: () => over.promise })], { mostBytes: 2 * weightOf(input, text) });
    for (const id of ['a', 'b']) {
      expect(kit.runner.hasRoom(input)).toBe(true);
      await kit.runner.start({ workflow: 'w', id }, input);
    }
    expect(kit.runner.hasRoom(input)).toBe(false);
    over.resolve(null);
    await kit.runner.idle();
    expect(kit.runner.hasRoom(input)).toBe(true);
    expect(endIn(kit.items).status).toBe('SUCCEEDED');
  });

  it('are loaded when their turn comes: many large ones go on in a small heap after kill -9', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'statuswire-small-heap-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const database = join(folder, 'runs.db');
    const live = (mode: string) => {
      const script = fileURLToPath(new URL('./support/small-heap.ts', import.meta.url));
      const child = startChild(process.execPath, ['--max-old-space-size=48', script, database, mode]);
      onTestFinished(() => void child.kill('SIGKILL'));
      return { child, lines: createInterface(child.stdout), ended: once(child, 'exit') };
    };
    const first = live('start');
    // All are under way or wait for it, none has ended: their handlers wait.
    await once(first.lines, 'line');
    first.child.kill('SIGKILL');
    await first.ended;
    const second = live('resume');
    const [said] = await Promise.race([once(second.lines, 'line'), second.ended]);
    expect(said).toBe('all over');
    const db = new DatabaseSync(database);
    const rows = db.prepare('SELECT status, count(*) AS runs FROM runner_runs GROUP BY status').all();
    db.close();
    expect(rows).toEqual([{ status: 'SUCCEEDED', runs: 120 }]);
  });
});
