import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, inject, it } from 'vitest';
import { apiReports } from '../../packaging/api-report.ts';
import { root } from '../support/run-tool.ts';

const folder = join(root, 'docs/api');

it('what the packages let others use is as docs/api has it; else see the difference after "npm run api"', () => {
  const reports = Object.values(inject('installed')).flatMap((each) => [...apiReports(each.folder)]);
  expect(reports.map(([file]) => file).sort()).toEqual(readdirSync(folder).sort());
  for (const [file, text] of reports) expect(text, file).toBe(readFileSync(join(folder, file), 'utf8'));
});
