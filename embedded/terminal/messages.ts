/** What an error says: a line for each of those that are in it. */
export const messagesOf = (error: unknown): readonly string[] =>
  error instanceof AggregateError && error.errors.length > 0 ? error.errors.flatMap(messagesOf) : [messageOf(error)];

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
