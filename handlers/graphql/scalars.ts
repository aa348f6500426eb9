import { GraphQLError, GraphQLScalarType } from 'graphql';

/**
 * AppSync's `AWSJSON` (AppSync Developer Guide, "Scalar types"): a JSON value that travels as a JSON *string* (S27).
 * null stays null: GraphQL never hands a null to a scalar.
 */
export const awsJson = new GraphQLScalarType<unknown, string>({
  name: 'AWSJSON',
  description: 'A JSON value as JSON text.',
  serialize: (value) => JSON.stringify(value),
  parseValue: (value) => {
    if (typeof value !== 'string') throw new GraphQLError('AWSJSON must be a string that holds JSON.');
    try {
      return JSON.parse(value);
    } catch {
      throw new GraphQLError('AWSJSON must be a string that holds JSON.');
    }
  },
});

/** AppSync's `AWSDateTime`: ISO 8601 text. Ours is always UTC with milliseconds (S27), so it passes as it is. */
export const awsDateTime = new GraphQLScalarType<string, string>({
  name: 'AWSDateTime',
  description: 'ISO 8601 date and time, UTC, milliseconds.',
  serialize: dateTime,
  parseValue: dateTime,
});

function dateTime(value: unknown): string {
  if (typeof value === 'string' && !Number.isNaN(Date.parse(value))) return value;
  throw new GraphQLError('AWSDateTime must be a string that holds an ISO 8601 date and time.');
}
