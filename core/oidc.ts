/**
 * Whose OpenID Connect tokens are credentials here, and what their claims mean. Claims are members of the token's top level,
 * by their exact name, e.g. `cognito:groups` or `https://example.com/tenant`.
 */
export interface OidcConfig {
  /** `iss`, to the letter; its keys are found by `/.well-known/openid-configuration` below it. */
  readonly issuer: string;
  /** `aud` must name it, or one of these. */
  readonly audience: string | readonly string[];
  /** Where the issuer's keys are. @default where its discovery document says */
  readonly jwksUri?: string;
  /** The tenant that the token's holder belongs to: one for all, or what a claim says. */
  readonly tenant:
    | { readonly constant: string; readonly claim?: never }
    | { readonly claim: string; readonly constant?: never };
  /**
   * What may be read of that tenant: all of it, or what a claim names. That is a text, or a list of 1 to 100 texts, which are
   * either all names of workflows (`orders`) or all executions (`orders/order-1042`).
   */
  readonly access: 'tenant' | { readonly claim: string };
}

/** Name of the environment variable of the AppSync API that has the configuration, as JSON. */
export const oidcVariable = 'STATUSWIRE_OIDC';
