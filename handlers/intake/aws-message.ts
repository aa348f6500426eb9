import type { LogKey } from '../../core/ports.ts';
import { asJson, asRecord, asText } from '../../core/sources/read.ts';

/** The execution that a message of the start queue names, `{"workflow","id"}`; null when it names none. */
export function readStart(body: string): LogKey | null {
  const message = asRecord(asJson(body));
  const workflow = asText(message?.workflow);
  const id = asText(message?.id);
  return workflow === null || id === null ? null : { workflow, id };
}
