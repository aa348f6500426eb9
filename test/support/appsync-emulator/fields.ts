import { GraphQLError, type GraphQLFieldResolver, type GraphQLObjectType } from 'graphql';
import type { FieldError } from '../../resolvers/support/util.ts';
import type { Admitted } from './identity.ts';

const modeOf: { readonly [directive: string]: Admitted['identity']['type'] } = {
  aws_lambda: 'lambda',
  aws_iam: 'iam',
  aws_oidc: 'oidc',
};

/** The error of a field, as AppSync has it; `errorType` waits in its extensions until the answer is written. */
export const failed = ({ message, errorType }: FieldError): GraphQLError =>
  new GraphQLError(message, { extensions: { errorType } });

/**
 * Throws unless this caller may have this field: by the field's directives, else by its type's, else by the API's default
 * mode, which is the Lambda authorizer (AppSync Developer Guide, "Using additional authorization modes").
 */
export function demandAccess(type: GraphQLObjectType, field: string, { identity }: Admitted): void {
  const modes = [type.getFields()[field]?.astNode, type.astNode]
    .map((node) => (node?.directives ?? []).flatMap(({ name }) => modeOf[name.value] ?? []))
    .find(({ length }) => length > 0) ?? ['lambda'];
  if (!modes.includes(identity.type))
    throw failed({ errorType: 'Unauthorized', message: `Not Authorized to access ${field} on type ${type.name}` });
}

/** Fields below the root are read from what the root's resolver gave. */
export const readField: GraphQLFieldResolver<unknown, Admitted> = (source, _args, admitted, info) => {
  demandAccess(info.parentType, info.fieldName, admitted);
  return (source as { readonly [field: string]: unknown })[info.fieldName];
};
