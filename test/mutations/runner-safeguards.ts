import { guard, type Safeguard } from './guard.ts';

/** Nothing that callers send keeps the event loop or the memory for itself. */
export const runner: readonly Safeguard[] = [
  guard(
    'G8: a history has 25,000 events',
    'embedded/runner/recorder.ts',
    'run.nextId < mostHistoryEvents;',
    'run.nextId < 2 * mostHistoryEvents;',
    'embedded/runner/endless',
  ),
  guard(
    'G8: executions that do not wait let everything else in',
    'embedded/runner/execution.ts',
    'await turns.take();',
    '',
    'embedded/runner/endless',
  ),
  guard(
    'runner: what is told faster than it is taken does not pile up',
    'embedded/runner/outbox.ts',
    'waiting <= fewItems ? Promise.resolve()',
    'waiting >= 0 ? Promise.resolve()',
    'embedded/runner/endless',
  ),
  guard(
    'runner: data of a state has a bound',
    'embedded/runner/interpreter/run-machine.ts',
    '  checkSize(name, step.output);\n',
    '',
    'embedded/runner/heavy-data',
  ),
  guard(
    'runner: the outputs of a Map have a bound together',
    'embedded/runner/interpreter/map.ts',
    '      takeOutput(output);\n',
    '',
    'embedded/runner/heavy-data',
  ),
  guard(
    'G8: paths of a definition take linear time',
    'embedded/workflows/definition-file.ts',
    'slow.length > 0 ? wrong(slow)',
    'slow.length < 0 ? wrong(slow)',
    'embedded/workflows/load-workflows',
  ),
  guard(
    'G8: paths of a projection take linear time',
    'core/paths/linear-path.ts',
    'if (fault !== null) throw new Error(',
    "if (fault === '') throw new Error(",
    'core/paths/linear-path',
  ),
  guard(
    'G8: patterns are matched by our automaton, not by a backtracking engine',
    'core/paths/linear-path.ts',
    "      'match',\n      registered(",
    "      'matched',\n      registered(",
    'core/paths/linear-path',
  ),
  guard(
    'G8: a projected result has a bound',
    'core/projection.ts',
    '!fits(value, maxResultLength)',
    '!fits(value, Number.POSITIVE_INFINITY)',
    'core/projection',
  ),
  guard(
    'S13, S14: rules are checked where a deployment is put together too',
    'handlers/workflows/workflow-config.ts',
    "if (fault !== null) context.addIssue({ code: 'custom', message: fault });",
    '',
    'aws/lambda/workflows',
    'embedded/workflows/load-workflows',
  ),
];
