import type { DeadLetter } from '../../core/ports.ts';

/** Characters of an event that its dead letter keeps (64 KiB). Other letters are whole, so that they can be tried again. */
const maxLetterBody = 64 * 1024;

/** An event as its dead letter keeps it. */
export function letterBody(item: unknown): string {
  return (JSON.stringify(item) ?? 'null').slice(0, maxLetterBody);
}

/** Is the letter's body only the beginning of what was rejected? What is cut is never JSON any more. */
export function isCut({ source, body }: DeadLetter): boolean {
  if (source !== 'events' || body.length < maxLetterBody) return false;
  try {
    JSON.parse(body);
    return false;
  } catch {
    return true;
  }
}
