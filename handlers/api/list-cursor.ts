import { problem } from '../../core/problems.ts';
import { refuse } from './problem-answer.ts';

/** A list's cursor is its engine's own; one that the engine did not make is refused with a RangeError, here with 400. */
export async function orMalformedCursor<T>(page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    throw error instanceof RangeError ? refuse(problem('malformed-cursor')) : error;
  }
}
