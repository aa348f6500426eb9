import type { Parsed } from '../facts.ts';
import { parseProgress, progressDetailType } from './progress.ts';
import { asRecord, quote, rejected } from './read.ts';
import { parseStatusChange } from './status-change.ts';

const statusDetailType = 'Step Functions Execution Status Change';

/**
 * Reads one EventBridge event. Status changes count only from `aws.states`, a source that nobody but AWS can put; progress
 * counts from any source (S11). Never throws.
 */
export function parseEventBridge(input: unknown): Parsed {
  const event = asRecord(input);
  if (event === null) return rejected(`an EventBridge event must be a JSON object, not ${quote(input)}`);
  const { source, 'detail-type': detailType } = event;
  if (detailType === progressDetailType) return parseProgress(event);
  if (detailType === statusDetailType && source === 'aws.states') return parseStatusChange(event);
  return rejected(`detail-type ${quote(detailType)} of source ${quote(source)} is not read here`);
}
