import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ServiceKit, serviceKit } from '../../support/service-kit.ts';
import { command, jsonLines } from './support/command.ts';

let kit: ServiceKit;
beforeAll(async () => {
  kit = await serviceKit();
});
afterAll(() => kit.stop());

const run = (...args: readonly string[]) => command([...args, '--url', kit.service.url, '--key', kit.service.apiKey]);

describe('keys', () => {
  it('create prints the key alone on standard output; it works, is listed without its secret, and is revoked', async () => {
    const scopes = ['--scope', 'read', '--scope', 'start', '--scope', 'read'];
    const made = await run('keys', 'create', ...scopes, '--tenant', 'acme', '--label', 'shop backend');
    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(/^sw_[0-9A-Za-z]+_[\w-]+\n$/) });
    expect(made.stderr).toMatch(/^Key \w+ of tenant acme: read, start\. It is not shown again\.\n$/);
    const credential = made.stdout.trim();
    const id = credential.split('_')[1] ?? '';
    expect((await kit.call('/executions', { credential })).status).toBe(200);

    const listed = await run('keys', 'list', '--tenant', 'acme');
    expect(listed.stdout).toMatch(new RegExp(`^${id} {2}acme {2}\\S+ {2}read,start {2}shop backend\n$`));
    expect((await run('keys', 'list')).stdout.trimEnd().split('\n')).toHaveLength(2);

    expect(await run('keys', 'revoke', id)).toEqual({ code: 0, stdout: `Revoked ${id}.\n`, stderr: '' });
    expect((await kit.call('/executions', { credential })).status).toBe(401);
    expect(await run('keys', 'revoke', id)).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  });

  it('--json: one value a line', async () => {
    const [made] = jsonLines((await run('keys', 'create', '--scope', 'read', '--json')).stdout);
    expect(made).toMatchObject({ tenant: 'default', scopes: ['read'], key: expect.stringMatching(/^sw_/) });
    const { key: _, ...shown } = made ?? {};
    expect(jsonLines((await run('keys', 'list', '--json')).stdout)).toContainEqual(shown);
    const id = String(shown.id);
    expect(jsonLines((await run('keys', 'revoke', id, '--json')).stdout)).toEqual([{ id, revoked: true }]);
  });
});

describe('dead-letters', () => {
  const rejected = { source: 'nobody', 'detail-type': 'Nothing Known' };

  it('lists without a command too, shows what was rejected, redrives and deletes', async () => {
    await kit.call('/events', { body: [rejected, { ...rejected, detail: 'y'.repeat(70_000) }] });
    const listed = await run('dead-letters');
    expect(listed).toEqual(await run('dead-letters', 'list'));
    const lines = listed.stdout.trimEnd().split('\n');
    expect(lines).toHaveLength(2);
    const letters = jsonLines((await run('dead-letters', '--json')).stdout);
    expect(letters.map(({ id }) => id)).toEqual(lines.map((line) => line.split(' ')[0]));
    expect(jsonLines((await run('dead-letters', 'list', '--limit', '1', '--json')).stdout)).toEqual([letters[0]]);

    const whole = String(letters.find(({ cut }) => cut === false)?.id);
    const cut = String(letters.find((letter) => letter.cut === true)?.id);
    const shown = await run('dead-letters', 'show', whole);
    expect(shown.stdout).toContain('"detail-type": "Nothing Known"');
    expect(shown.stdout).not.toContain('cut:');
    expect((await run('dead-letters', 'show', cut)).stdout).toContain('(cut: only its beginning is kept');
    expect(jsonLines((await run('dead-letters', 'show', whole, '--json')).stdout)).toContainEqual(
      letters.find(({ id }) => id === whole),
    );

    for (const id of [whole, cut]) {
      expect(await run('dead-letters', 'redrive', id)).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('409'),
      });
    }
    expect(await run('dead-letters', 'delete', whole)).toMatchObject({ code: 0, stdout: `Deleted ${whole}.\n` });
    expect(jsonLines((await run('dead-letters', 'delete', cut, '--json')).stdout)).toEqual([
      { id: cut, deleted: true },
    ]);
    expect(await run('dead-letters')).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await run('dead-letters', 'show', whole)).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  });
});

describe('bindings', () => {
  it('lists which machine each name stands for, and unbind frees one', async () => {
    const machineArn = 'arn:aws:states:eu-west-1:111122223333:stateMachine:elsewhere';
    const executionArn = 'arn:aws:states:eu-west-1:111122223333:execution:elsewhere:e-1';
    const event = { source: 'aws.states', 'detail-type': 'Step Functions Execution Status Change' };
    const detail = { executionArn, status: 'RUNNING', startDate: Date.now() };
    await kit.call('/events', { body: [{ ...event, detail }] });
    expect((await run('bindings')).stdout).toMatch(new RegExp(`^elsewhere +${machineArn}$`, 'm'));
    expect(jsonLines((await run('bindings', '--json')).stdout)).toContainEqual({ workflow: 'elsewhere', machineArn });
    expect(await run('unbind', 'elsewhere')).toEqual({ code: 0, stdout: 'Unbound elsewhere.\n', stderr: '' });
    expect((await run('bindings')).stdout).not.toContain('elsewhere');
    expect(await run('unbind', 'elsewhere')).toMatchObject({ code: 1, stderr: expect.stringContaining('404') });
  });
});
