import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { readDefinition } from './read-definition.ts';
import { type NamedDefinition, renderTypes, typeName } from './render.ts';

/** A definition's file, and the workflow it defines. */
export interface Source {
  readonly workflow: string;
  readonly file: string;
}

/** `orders=path/to/definition.json`, or a file that is named after its workflow: `orders.asl.json`. */
export function sourceOf(argument: string): Source {
  const [, workflow, file] = /^([A-Za-z0-9_-]{1,80})=(.+)$/s.exec(argument) ?? [];
  if (workflow !== undefined && file !== undefined) return { workflow, file };
  return { workflow: basename(argument).replace(/(\.asl)?\.json$/, ''), file: argument };
}

/**
 * The TypeScript file for the definitions.
 *
 * @throws AggregateError with an error for each thing that is wrong, whose message begins with the file's name.
 */
export function makeTypes(sources: readonly Source[]): string {
  const problems: string[] = [];
  const named: NamedDefinition[] = [];
  const takenBy = new Map<string, Source>();
  for (const source of sources) {
    const { workflow, file } = source;
    const former = takenBy.get(typeName(workflow));
    if (former) {
      problems.push(
        `${file}: ${workflow} and ${former.workflow} (${former.file}) have the same type name; name=file names one`,
      );
    }
    takenBy.set(typeName(workflow), source);
    const read = readFile(file);
    if (read.type === 'wrong') problems.push(...read.problems.map((problem) => `${file}: ${problem}`));
    else named.push({ workflow, facts: read.facts });
  }
  if (problems.length > 0) {
    const errors = problems.map((problem) => new Error(problem));
    throw new AggregateError(errors, problems.join('\n'));
  }
  return renderTypes(named);
}

function readFile(file: string): ReturnType<typeof readDefinition> {
  try {
    return readDefinition(readFileSync(file, 'utf8').replace(/^\ufeff/, ''));
  } catch (error) {
    return { type: 'wrong', problems: [`cannot be read: ${error instanceof Error ? error.message : error}`] };
  }
}
