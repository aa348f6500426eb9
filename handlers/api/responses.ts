import type { RouteConfig, z } from '@hono/zod-openapi';
import { type ProblemName, problem, problemTypes } from '../../core/problems.ts';
import { problemType } from './problem-answer.ts';
import { problemSchema } from './schemas.ts';

type Responses = RouteConfig['responses'];

/** Describes a JSON answer. */
export function jsonAnswer(status: number, description: string, schema: z.ZodType): Responses {
  return { [status]: { description, content: { 'application/json': { schema } } } };
}

/** Describes an answer without a body. */
export function emptyAnswer(status: number, description: string): Responses {
  return { [status]: { description } };
}

/** Describes the problems that a route answers, besides those of every route (404 and 405 of the path, 500). */
export function problemAnswers(...names: readonly ProblemName[]): Responses {
  const byStatus = Map.groupBy(names, (name) => problemTypes[name].status);
  return Object.fromEntries(
    [...byStatus].map(([status, alike]) => [
      status,
      {
        description: alike.map((name) => problemTypes[name].title).join('; '),
        content: {
          [problemType]: {
            schema: problemSchema,
            examples: Object.fromEntries(alike.map((name) => [name, { value: problem(name) }])),
          },
        },
      },
    ]),
  );
}

/** Describes answers of one status that are of one media type or another. */
export function eitherAnswer(one: Responses, other: Responses): Responses {
  const merged = Object.entries(one).map(([status, answer]) => {
    const alternative = other[status];
    if (!alternative || !('content' in answer) || !('content' in alternative)) return [status, answer];
    const description = `${answer.description}; or: ${alternative.description}`;
    return [status, { description, content: { ...answer.content, ...alternative.content } }];
  });
  return { ...other, ...Object.fromEntries(merged) };
}
