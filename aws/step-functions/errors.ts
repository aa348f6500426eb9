import { unavailable } from '../../core/unavailable.ts';

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : '');

/** Answers of StartExecution after which the same request can never succeed (API reference, "StartExecution"). */
const finalStarts = new Set([
  'InvalidArn',
  'InvalidExecutionInput',
  'InvalidName',
  'StateMachineDeleting',
  'StateMachineDoesNotExist',
  'ValidationException',
]);
export const isFinalStart = (error: unknown): boolean => finalStarts.has(nameOf(error));

export const existsAlready = (error: unknown): boolean => nameOf(error) === 'ExecutionAlreadyExists';

/** Answers of DescribeExecution that say that nobody here can ask: gone after 90 days, or not ours to read. */
const unaskable = new Set(['AccessDeniedException', 'ExecutionDoesNotExist', 'InvalidArn', 'ValidationException']);
export const isUnaskable = (error: unknown): boolean => unaskable.has(nameOf(error));

/** The key that encrypts the execution's data cannot be used from here. */
const withoutKey = new Set(['KmsAccessDeniedException', 'KmsInvalidStateException']);
export const lacksKey = (error: unknown): boolean => withoutKey.has(nameOf(error));

const finalRedrives = new Set([
  'AccessDeniedException',
  'ExecutionDoesNotExist',
  'ExecutionNotRedrivable',
  'InvalidArn',
  'ValidationException',
]);
export const isFinalRedrive = (error: unknown): boolean => finalRedrives.has(nameOf(error));

/** A token of ListExecutions holds for 24 hours. */
export const isStaleToken = (error: unknown): boolean => nameOf(error) === 'InvalidToken';

/** Faults of the request, or of a permission: waiting does not heal them. */
const lasting = new Set(['AccessDeniedException', 'ResourceNotFound', 'StateMachineTypeNotSupported']);

/**
 * Everything that is not answered otherwise. Throttling, faults of the service and broken connections become
 * `unavailable`: who asks much should stop asking for a while.
 */
export function passing(error: unknown, request: string): unknown {
  const isLasting = lasting.has(nameOf(error)) || finalStarts.has(nameOf(error));
  return isLasting ? error : unavailable(`Step Functions did not answer ${request}.`, error);
}

/** As the log and dead letters show it. */
export const reasonOf = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);
