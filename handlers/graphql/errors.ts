import { GraphQLError, type GraphQLErrorOptions } from 'graphql';

/**
 * `extensions.code` of the errors that are ours; those of graphql-js (syntax, validation, variables) have none.
 * - `BAD_USER_INPUT`: an argument's value cannot be used.
 * - `FORBIDDEN`: this caller may not do that, whatever exists.
 * - `UNSUPPORTED`: not over this transport.
 * - `TOO_COMPLEX`: over a limit of the document.
 * - `TOO_MANY_OPERATIONS`: over the limit of a socket or a key.
 * - `TOO_MANY_REQUESTS`: over the caller's allowance just now.
 * - `INTERNAL`: unexpected; the message names the incident, never the cause (S26).
 */
export type ErrorCode =
  | 'BAD_USER_INPUT'
  | 'FORBIDDEN'
  | 'UNSUPPORTED'
  | 'TOO_COMPLEX'
  | 'TOO_MANY_OPERATIONS'
  | 'TOO_MANY_REQUESTS'
  | 'INTERNAL';

/** An error that the caller is told as it is. */
export function refusal(code: ErrorCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

/** Logs an unexpected error and answers the id under which the caller may ask for it (S26). */
export type Report = (error: unknown) => string;

/**
 * The error as the caller may see it. What a resolver threw by accident is reported and replaced: it may carry
 * anything, from SQL to paths.
 */
export function presentable(error: GraphQLError, report: Report): GraphQLError {
  const { originalError } = error;
  if (originalError === undefined || originalError instanceof GraphQLError) return error;
  return unexpected(report(originalError), { nodes: error.nodes ?? null, path: error.path ?? null });
}

/** What the caller is told of an incident (S26). */
export function unexpected(incident: string, where: GraphQLErrorOptions = {}): GraphQLError {
  return new GraphQLError(`Unexpected error ${incident}.`, { ...where, extensions: { code: 'INTERNAL' } });
}
