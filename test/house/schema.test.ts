import { readFileSync } from 'node:fs';
import { isEnumType, isInputObjectType, isNonNullType, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import type { Kind, Progress, Status, StatusError, Update } from '../../core/contract.ts';
import { createSchema } from '../../handlers/graphql/schema.ts';

const schema = createSchema(readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8'));

/** The compiler checks this table against the TypeScript type, the test checks it against the schema. */
type Nullability<T> = { readonly [K in keyof T]-?: null extends T[K] ? 'nullable' : 'required' };

const update: Nullability<Update> = {
  tenant: 'required',
  workflow: 'required',
  id: 'required',
  epoch: 'required',
  seq: 'required',
  cursor: 'required',
  kind: 'required',
  status: 'required',
  done: 'required',
  state: 'nullable',
  activeStates: 'required',
  progress: 'nullable',
  output: 'nullable',
  outputOmitted: 'required',
  error: 'nullable',
  redriveCount: 'required',
  startedAt: 'nullable',
  stoppedAt: 'nullable',
  occurredAt: 'required',
  recordedAt: 'required',
};
const progress: Nullability<Progress> = { percent: 'nullable', message: 'nullable' };
const error: Nullability<StatusError> = { name: 'nullable', cause: 'nullable' };
const statuses: { readonly [K in Status]: true } = {
  PENDING: true,
  RUNNING: true,
  SUCCEEDED: true,
  FAILED: true,
  TIMED_OUT: true,
  ABORTED: true,
  PENDING_REDRIVE: true,
};
const kinds: { readonly [K in Kind]: true } = { status: true, state: true, progress: true };

function nullabilityOf(name: string): { readonly [field: string]: string } {
  const type = schema.getType(name);
  if (!isObjectType(type) && !isInputObjectType(type)) throw new Error(`${name} is no object type`);
  return Object.fromEntries(
    Object.values(type.getFields()).map((field) => [field.name, isNonNullType(field.type) ? 'required' : 'nullable']),
  );
}

function valuesOf(name: string): readonly string[] {
  const type = schema.getType(name);
  if (!isEnumType(type)) throw new Error(`${name} is no enum`);
  return type.getValues().map((value) => value.name);
}

describe('S27: schema.graphql and the TypeScript contract say the same', () => {
  it.each([
    ['Update', update],
    ['UpdateInput', update],
    ['Progress', progress],
    ['ProgressInput', progress],
    ['StatusError', error],
    ['StatusErrorInput', error],
  ])('%s', (name, expected) => {
    expect(nullabilityOf(name)).toEqual(expected);
  });

  it('Status and Kind', () => {
    expect([...valuesOf('Status')].sort()).toEqual(Object.keys(statuses).sort());
    expect([...valuesOf('Kind')].sort()).toEqual(Object.keys(kinds).sort());
  });
});
