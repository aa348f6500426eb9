import {
  DirectiveLocation,
  extendSchema,
  GraphQLDirective,
  GraphQLList,
  GraphQLSchema,
  GraphQLString,
  parse,
  specifiedDirectives,
} from 'graphql';
import { awsDateTime, awsJson } from './scalars.ts';

const onTypesAndFields = [DirectiveLocation.OBJECT, DirectiveLocation.FIELD_DEFINITION];

/** What AppSync knows without being told (AppSync Developer Guide, "GraphQL directives"), so that one file loads in both. */
const awsDirectives = [
  new GraphQLDirective({ name: 'aws_lambda', locations: onTypesAndFields }),
  new GraphQLDirective({ name: 'aws_oidc', locations: onTypesAndFields }),
  new GraphQLDirective({ name: 'aws_iam', locations: onTypesAndFields }),
  new GraphQLDirective({ name: 'aws_api_key', locations: onTypesAndFields }),
  new GraphQLDirective({
    name: 'aws_subscribe',
    locations: [DirectiveLocation.FIELD_DEFINITION],
    args: { mutations: { type: new GraphQLList(GraphQLString) } },
  }),
];

/**
 * The executable schema of `schema.graphql`'s text (S27), which stays free of anything that AppSync would not take.
 *
 * @throws GraphQLError when the text is no valid schema.
 */
export function createSchema(sdl: string): GraphQLSchema {
  const appsync = new GraphQLSchema({
    types: [awsJson, awsDateTime],
    directives: [...specifiedDirectives, ...awsDirectives],
  });
  return extendSchema(appsync, parse(sdl));
}
