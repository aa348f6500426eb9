import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { root } from '../support/run-tool.ts';

const folder = join(root, 'docs/decisions');
const read = (file: string): string => readFileSync(join(folder, file), 'utf8');

it('every decision has a number, a date and a status, and the list has it so', () => {
  const listed = [...read('README.md').matchAll(/^\| (\d+) \| \[(.+)\]\((.+\.md)\) \| (\S+) \| (.+) \|$/gm)].map(
    ([, number, title, file, date, status]) => ({ number, title, file, date, status }),
  );
  const there = readdirSync(folder)
    .filter((file) => file !== 'README.md')
    .map((file) => {
      const [, title, number, date, status] =
        /^# (.+)\n\nDecision (\d+) · (\d{4}-\d{2}-\d{2}) · (in force|replaced by .+)\n/.exec(read(file)) ?? [];
      return { number, title, file, date, status };
    });
  expect(listed.map(({ number }) => Number(number))).toEqual(listed.map((_, index) => index + 1));
  expect([...there].sort((a, b) => Number(a.number) - Number(b.number))).toEqual(listed);
});
