import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json } from '../../core/contract.ts';
import type { Payload, ProjectedStatusFact, Result, StatusFact } from '../../core/facts.ts';
import { checkRules, inlineOutput, maxInlineOutputBytes, ownerOf, projectFact } from '../../core/projection.ts';
import { parseHistoryRecord } from '../../core/sources/history-record.ts';
import { parseStatusChange } from '../../core/sources/status-change.ts';
import { defaultRules, type WorkflowRules } from '../../core/workflow-rules.ts';
import { historyRecord, statusChange } from '../support/aws-shapes.ts';

function endWith(change: Partial<StatusFact>): StatusFact {
  const parsed = parseStatusChange(statusChange({ status: 'SUCCEEDED' }));
  const fact = parsed.type === 'facts' ? parsed.facts[0] : undefined;
  if (fact?.type !== 'status') throw new Error('no status fact');
  return { ...fact, ...change };
}

const text = (value: unknown): Payload => ({ type: 'text', text: JSON.stringify(value) });

function projected(change: Partial<StatusFact>, rules: Partial<WorkflowRules>): ProjectedStatusFact {
  const fact = projectFact(endWith(change), { ...defaultRules, ...rules });
  if (!('result' in fact)) throw new Error('no projected status fact');
  return fact;
}

const resultOf = (output: Payload, expose: WorkflowRules['expose']): Result => projected({ output }, { expose }).result;

const order = { order: { total: 42, card: '4111' }, lines: [{ sku: 'a' }, { sku: 'b' }] };

describe('S14: nothing leaves unless the projection names it', () => {
  it('leaves out input and output by default', () => {
    const fact = projected({ input: text({ secret: 1 }), output: text(order) }, {});
    expect(fact.result).toEqual({ type: 'none' });
    expect(JSON.stringify(fact)).not.toMatch(/secret|4111/);
    expect(fact).not.toHaveProperty('input');
    expect(fact).not.toHaveProperty('output');
  });

  it.each<[string, WorkflowRules['expose'], Json]>([
    ['one place', { total: '$.order.total' }, { total: 42 }],
    ['several names', { total: '$.order.total', first: '$.lines[0].sku' }, { total: 42, first: 'a' }],
    ['the whole', { all: '$' }, { all: order }],
    ['many places as a list', { skus: '$.lines[*].sku' }, { skus: ['a', 'b'] }],
    ['one of many places as a list too', { skus: "$.lines[?@.sku == 'b'].sku" }, { skus: ['b'] }],
    [
      'a name left out where nothing is found',
      { total: '$.order.total', tax: '$.order.tax', x: '$.x[*]' },
      { total: 42 },
    ],
    ['nothing found at all', { tax: '$.order.tax' }, {}],
  ])('lets out %s', (_, expose, value) => {
    expect(resultOf(text(order), expose)).toEqual({ type: 'value', value });
  });

  it('keeps a null that is there', () => {
    expect(resultOf(text({ a: null }), { a: '$.a' })).toEqual({ type: 'value', value: { a: null } });
  });

  it('gives a name like __proto__ no special meaning', () => {
    const expose = JSON.parse('{"__proto__":"$.a"}');
    expect(JSON.stringify(resultOf(text({ a: 1 }), expose))).toBe('{"type":"value","value":{"__proto__":1}}');
  });

  it('reads own keys only', () => {
    expect(resultOf(text({}), { a: '$.constructor', b: '$.toString' })).toEqual({ type: 'value', value: {} });
  });

  it.each<Payload>([{ type: 'none' }, { type: 'omitted' }])('passes on that the output is $type', (output) => {
    expect(resultOf(output, { total: '$.order.total' })).toEqual(output);
  });

  it('wants nothing when nothing is exposed, not even of an output that was left out', () => {
    expect(resultOf({ type: 'omitted' }, {})).toEqual({ type: 'none' });
  });

  it.each(['', '{"a":', 'undefined'])('counts an output that is not JSON as omitted: %j', (output) => {
    expect(resultOf({ type: 'text', text: output }, { all: '$' })).toEqual({ type: 'omitted' });
  });

  it.each(['$', '$..a'])('counts an output too deep to be handled as omitted: %s', (path) => {
    const deep = `${'['.repeat(50_000)}1${']'.repeat(50_000)}`;
    expect(resultOf({ type: 'text', text: deep }, { all: path })).toEqual({ type: 'omitted' });
  });

  it('never holds more than the named places hold', () => {
    const rules = { ...defaultRules, expose: { kept: '$.kept' } };
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (kept, other) => {
        const fact = projectFact(endWith({ output: text({ kept, other }), input: text(other) }), rules);
        const expected = { kept: JSON.parse(JSON.stringify(kept)) };
        expect('result' in fact && fact.result).toEqual({ type: 'value', value: expected });
      }),
    );
  });

  it('does not touch facts without payloads', () => {
    const parsed = parseHistoryRecord(historyRecord({ state: 'A' }));
    const fact = parsed.type === 'facts' ? parsed.facts[0] : undefined;
    expect(fact && projectFact(fact, defaultRules)).toBe(fact);
  });
});

describe('S14: error and cause', () => {
  const failed = { status: 'FAILED', errorName: 'Shop.Closed', cause: 'card 4111' } as const;

  it('always lets the name out, the cause only where the rules say so', () => {
    expect(projected(failed, {})).toMatchObject({ errorName: 'Shop.Closed', cause: null });
    expect(projected(failed, { exposeCause: true })).toMatchObject({ errorName: 'Shop.Closed', cause: 'card 4111' });
    expect(projected({ ...failed, cause: null }, { exposeCause: true }).cause).toBeNull();
  });

  it('cuts the cause to 4 KiB of UTF-8 without splitting a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(5_000), (start, length) => {
        const whole = (start + '🛒é'.repeat(length)).toWellFormed();
        const cause = projected({ ...failed, cause: whole }, { exposeCause: true }).cause ?? '';
        const bytes = Buffer.byteLength(cause);
        expect(whole.startsWith(cause) && cause.isWellFormed()).toBe(true);
        expect(bytes).toBeLessThanOrEqual(4_096);
        if (cause !== whole) expect(bytes).toBeGreaterThan(4_096 - 4);
      }),
    );
  });
});

describe('S13: the owner', () => {
  const byInput = (inputPath: string): WorkflowRules => ({ ...defaultRules, owner: { inputPath } });

  it('is the constant on every status fact', () => {
    expect(projected({ input: { type: 'omitted' } }, { owner: { tenant: 'acme' } }).tenant).toBe('acme');
  });

  it('comes from the input', () => {
    expect(projected({ input: text({ who: 'acme' }) }, byInput('$.who')).tenant).toBe('acme');
    expect(ownerOf('{"who":"acme"}', byInput('$.who'))).toBe('acme');
  });

  it.each<[string, Payload]>([
    ['no input', { type: 'none' }],
    ['an input that was left out', { type: 'omitted' }],
    ['no JSON', { type: 'text', text: 'acme' }],
    ['nothing there', text({})],
    ['an empty text', text({ who: '' })],
    ['a number', text({ who: 7 })],
    ['129 characters', text({ who: 'x'.repeat(129) })],
  ])('is unknown with %s', (_, input) => {
    expect(projected({ input }, byInput('$.who')).tenant).toBeNull();
  });

  it('may have 128 characters', () => {
    expect(ownerOf(JSON.stringify({ who: 'x'.repeat(128) }), byInput('$.who'))).toBe('x'.repeat(128));
  });

  it('is unknown where two places claim it', () => {
    expect(ownerOf('{"a":{"who":"x"},"b":{"who":"y"}}', byInput('$..who'))).toBeNull();
  });

  it('is nothing that an input could name where the rules have a constant', () => {
    expect(ownerOf('{"tenant":"acme"}', { ...defaultRules, owner: { tenant: 'default' } })).toBeNull();
  });
});

describe('checkRules', () => {
  it.each<[string, Partial<WorkflowRules>, string]>([
    [
      'a broken path',
      { expose: { total: '$.a[' } },
      'expose.total: "$.a[" is no JSONPath of RFC 9535: unclosed bracketed',
    ],
    ['a path that is none', { expose: { total: 'order.total' } }, 'expose.total: "order.total" is no JSONPath'],
    ['an empty path', { expose: { total: '' } }, 'expose.total: "" is no JSONPath'],
    ['a broken owner path', { owner: { inputPath: '$.' } }, 'owner.inputPath: "$." is no JSONPath'],
    ['an ambiguous owner', { owner: { inputPath: '$..who' } }, 'owner.inputPath: "$..who" must name exactly one place'],
    ['an empty tenant', { owner: { tenant: '' } }, 'owner.tenant: must be a text of 1 to 128 characters'],
  ])('says what is wrong with %s', (_, rules, fault) => {
    expect(checkRules({ ...defaultRules, ...rules })).toContain(fault);
  });

  it('finds no fault with good rules', () => {
    const rules = {
      ...defaultRules,
      owner: { inputPath: "$['who'][0]" },
      expose: { all: '$', skus: '$.lines[*].sku' },
    };
    expect(checkRules(rules)).toBeNull();
    expect(checkRules(defaultRules)).toBeNull();
  });
});

describe('S15: what an update carries itself', () => {
  const value = (bytes: number): Result => ({ type: 'value', value: 'x'.repeat(bytes - 2) });

  it('carries up to 16 KiB of JSON', () => {
    expect(inlineOutput(value(maxInlineOutputBytes))).toMatchObject({ outputOmitted: false });
    expect(inlineOutput(value(maxInlineOutputBytes + 1))).toEqual({ output: null, outputOmitted: true });
  });

  it('counts bytes of UTF-8, not characters', () => {
    expect(inlineOutput({ type: 'value', value: 'é'.repeat(9_000) })).toEqual({ output: null, outputOmitted: true });
  });

  it('tells an output that is not at hand from none', () => {
    expect(inlineOutput({ type: 'none' })).toEqual({ output: null, outputOmitted: false });
    expect(inlineOutput({ type: 'omitted' })).toEqual({ output: null, outputOmitted: true });
  });

  it('keeps the whole result in the fact, for GET /result', () => {
    const large = 'x'.repeat(100_000);
    expect(resultOf(text({ large }), { large: '$.large' })).toEqual({ type: 'value', value: { large } });
  });
});

describe('G8: a caller’s output cannot keep the projection busy', () => {
  it.each([
    ["$.names[?match(@, '(a+)+')]", {}],
    ["$.names[?search(@, '(a|a)*b')]", { found: ['b'] }],
  ])('evaluates %s over a text that backtracking does not come to an end with', (path, value) => {
    const names = [`${'a'.repeat(5_000)}!`, 'b'];
    expect(resultOf(text({ names }), { found: path })).toEqual({ type: 'value', value });
  });

  it('omits a result that holds the same part very often', () => {
    const deep = `${'{"a":'.repeat(40)}"${'x'.repeat(100_000)}"${'}'.repeat(40)}`;
    expect(resultOf({ type: 'text', text: deep }, { all: '$..*' })).toEqual({ type: 'omitted' });
    expect(resultOf({ type: 'text', text: deep }, { all: '$', again: '$.a' })).toMatchObject({ type: 'value' });
  });

  it('names the key of a path that could take more than linear time', () => {
    const rules = { ...defaultRules, expose: { found: '$..a..b' } };
    expect(checkRules(rules)).toBe(
      'expose.found: "$..a..b" could take more than linear time: only one segment may look into all descendants (..)',
    );
  });
});
