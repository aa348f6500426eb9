import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startService } from '../../embedded/service/service.ts';
import { badDataFolders, badWorkflowFolders, makeWorkflows } from './bad-inputs/files.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'statuswire-files-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const logger = pino({ level: 'silent' });

describe('G10: a damaged data folder is refused with what is wrong, and left as it is', () => {
  it.each(badDataFolders)('$what', async ({ damage, says }) => {
    const dataFolder = join(root, 'data');
    await (await startService({ dataFolder, port: 0, logger })).stop();
    damage(dataFolder);
    await expect(startService({ dataFolder, port: 0, logger })).rejects.toThrow(says);
  });
});

describe('G10: a broken workflow folder is named with its reason, and the others run', () => {
  it.each(badWorkflowFolders)('%s', async (_, files, says) => {
    const workflowsFolder = makeWorkflows(join(root, 'workflows'), files);
    const service = await startService({ dataFolder: join(root, 'data'), port: 0, logger, workflowsFolder });
    try {
      expect(service.loaded.workflows.map(({ name }) => name)).toEqual(['good']);
      expect(service.loaded.problems.map(({ reason }) => reason).join('\n')).toMatch(says);
      expect(service.loaded.problems[0]?.file).toContain(join(workflowsFolder, 'bad'));
      const started = await fetch(`${service.url}/executions/good`, {
        method: 'POST',
        headers: { authorization: `Bearer ${service.apiKey}` },
      });
      expect(started.status).toBe(202);
    } finally {
      await service.stop();
    }
  });
});
