import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../errors.ts';

/**
 * `errorType` as AppSync names them: those of its realtime protocol (AppSync Developer Guide, "Building a real-time
 * WebSocket client", and what its clients are seen to get), and of GraphQL errors.
 */
export type AppsyncErrorType =
  | 'BadRequestException'
  | 'UnauthorizedException'
  | 'Unauthorized'
  | 'UnsupportedOperation'
  | 'ValidationError'
  | 'LimitExceededError'
  | 'MaxSubscriptionsReachedError'
  | 'DuplicatedOperationError'
  | 'UnknownOperationError'
  | 'ServiceUnavailableException'
  | 'InternalFailure';

/** One member of `payload.errors`. */
export interface AppsyncError {
  readonly errorType: AppsyncErrorType;
  readonly message: string;
  /** As an HTTP status; only in `connection_error`. Official clients give up on 400, 401 and 403. */
  readonly errorCode?: number;
}

/** Every refused credential reads the same. aws-amplify looks for the words. */
export const permissionDenied = {
  errorType: 'UnauthorizedException',
  message: 'Permission denied',
} as const satisfies AppsyncError;

const typeOf: { readonly [code in ErrorCode]: AppsyncErrorType } = {
  BAD_USER_INPUT: 'BadRequestException',
  FORBIDDEN: 'Unauthorized',
  UNSUPPORTED: 'UnsupportedOperation',
  TOO_COMPLEX: 'BadRequestException',
  TOO_MANY_OPERATIONS: 'LimitExceededError',
  TOO_MANY_REQUESTS: 'LimitExceededError',
  INTERNAL: 'InternalFailure',
};

/** Errors of `Graphql.prepare`; those of graphql-js itself have no code and are about the document or its variables. */
export function toAppsyncErrors(errors: readonly GraphQLError[]): readonly AppsyncError[] {
  return errors.map(({ message, extensions }) => {
    const { code } = extensions;
    const known = typeof code === 'string' && Object.hasOwn(typeOf, code);
    return { errorType: known ? typeOf[code as ErrorCode] : 'ValidationError', message };
  });
}
