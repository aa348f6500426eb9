import { type DirectiveNode, parse, print, visit } from 'graphql';

/** How an API may let callers in; `lambda` is its default, and `iam` is always there for the publisher. */
export type AuthorizationMode = 'lambda' | 'iam' | 'oidc';

const directiveOf: { readonly [mode in AuthorizationMode]: string } = {
  lambda: 'aws_lambda',
  iam: 'aws_iam',
  oidc: 'aws_oidc',
};

/**
 * `schema.graphql` for an API with these modes: the directives of all others left out, because no page says that AppSync
 * takes one whose mode the API does not have. The default mode needs directives too: a type that names any mode excludes
 * those it does not name (AppSync Developer Guide, "Using additional authorization modes").
 *
 * @throws GraphQLError when the text is no schema.
 */
export function schemaForApi(sdl: string, modes: readonly AuthorizationMode[]): string {
  const all = Object.values(directiveOf);
  const kept = modes.map((mode) => directiveOf[mode]);
  const isLeftOut = ({ name: { value } }: DirectiveNode): boolean => all.includes(value) && !kept.includes(value);
  return print(visit(parse(sdl), { Directive: (node) => (isLeftOut(node) ? null : undefined) }));
}
