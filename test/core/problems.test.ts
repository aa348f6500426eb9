import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ProblemName, problem, problemType, problemTypes } from '../../core/problems.ts';

describe('problem', () => {
  it('has the members of RFC 9457', () => {
    expect(problem('malformed-cursor', 'after is no cursor')).toEqual({
      type: 'urn:statuswire:problem:malformed-cursor',
      title: 'The cursor is malformed',
      status: 400,
      detail: 'after is no cursor',
    });
  });

  it('leaves detail out when there is none', () => {
    expect(problem('not-found')).not.toHaveProperty('detail');
  });

  it('takes further members, which cannot replace its own', () => {
    const extra = { instance: 'urn:uuid:1', limit: 7, status: 200, type: 'x', detail: 'y' };
    expect(problem('internal', 'oops', extra)).toMatchObject({
      instance: 'urn:uuid:1',
      limit: 7,
      status: 500,
      type: problemType('internal'),
      detail: 'oops',
    });
  });
});

describe('the table', () => {
  // S26: names and statuses are a promise to clients. A change of a line here breaks somebody; a new line does not.
  it('is stable', () => {
    const statuses = Object.fromEntries(Object.entries(problemTypes).map(([name, { status }]) => [name, status]));
    expect(statuses).toEqual({
      'bad-request': 400,
      'malformed-cursor': 400,
      unauthorized: 401,
      forbidden: 403,
      'not-found': 404,
      'method-not-allowed': 405,
      conflict: 409,
      'id-taken': 409,
      'payload-too-large': 413,
      'unsupported-media-type': 415,
      'invalid-input': 422,
      'idempotency-mismatch': 422,
      'tenant-mismatch': 422,
      'private-address': 422,
      'too-many-requests': 429,
      internal: 500,
      unavailable: 503,
    } satisfies Record<ProblemName, number>);
  });

  it('stands in the documents, line by line', () => {
    const page = readFileSync(new URL('../../docs/http.md', import.meta.url), 'utf8');
    const section = page.slice(page.indexOf('\n## Problems'), page.indexOf('\n## Limits'));
    const rows = [...section.matchAll(/^\| `([\w-]+)` \| (\d{3}) \|/gm)].map(([, name, status]) => [
      name,
      Number(status),
    ]);
    const types = Object.entries(problemTypes).map(([name, { status }]) => [name, status]);
    expect(rows.toSorted()).toEqual(types.toSorted());
  });

  it('has a title for everyone', () => {
    for (const { title } of Object.values(problemTypes)) expect(title).toMatch(/^[A-Z].{5,}[^.]$/);
  });
});
