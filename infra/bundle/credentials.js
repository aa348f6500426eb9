/**
 * Stands for `@aws-sdk/credential-provider-node` in a bundle. Lambda hands the role's credentials over in the environment
 * (Lambda Developer Guide, "Defined runtime environment variables"); single sign-on, profiles, instance metadata and their
 * clients are 100 kB that no function asks.
 */
export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';
