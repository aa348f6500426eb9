import { describe, expect, it } from 'vitest';
import { createEnvironment, variables } from '../../../aws/lambda/variables.ts';

describe('the environment variables', () => {
  it('says which one is missing', () => {
    const environment = createEnvironment({ [variables.topic]: '' });
    expect(() => environment.text('table')).toThrow('STATUSWIRE_TABLE is not set');
    expect(() => environment.text('topic')).toThrow('STATUSWIRE_TOPIC is not set');
    expect(environment.optional('topic')).toBeNull();
  });

  it('reads numbers and lists, each with what holds when it is not set', () => {
    const environment = createEnvironment({
      [variables.generation]: '3',
      [variables.since]: 'yesterday',
      [variables.origins]: ' https://a.example  https://b.example\n',
    });
    expect(environment.number('generation', 0)).toBe(3);
    expect(environment.number('retentionDays', 30)).toBe(30);
    expect(() => environment.number('since', 0)).toThrow('STATUSWIRE_SINCE is no number, but yesterday');
    expect(environment.list('origins')).toEqual(['https://a.example', 'https://b.example']);
    expect(environment.list('webhookAllow')).toEqual([]);
  });

  it('gives every variable a name of its own', () => {
    expect(new Set(Object.values(variables)).size).toBe(Object.keys(variables).length);
  });
});
