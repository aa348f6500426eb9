import { Match } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { describe, expect, it } from 'vitest';
import { type OidcConfig, oidcVariable } from '../../core/oidc.ts';
import { readOidcConfig } from '../../handlers/authorize/oidc-config.ts';
import { synth, whole } from './support/synth.ts';

const oidc: OidcConfig = {
  ...{ issuer: 'https://id.example.com', audience: 'statuswire', tenant: { claim: 'org' }, access: { claim: 'may' } },
};
const withOidc = (config: OidcConfig) => synth((stack) => ({ ...whole(stack), oidc: config }));
const variablesOf = ({ find }: ReturnType<typeof synth>, part: string): Readonly<Record<string, unknown>> => {
  const { Environment } = find('AWS::Lambda::Function', part)[0]?.[1].Properties ?? {};
  return (Environment as { readonly Variables: Readonly<Record<string, unknown>> }).Variables;
};

describe('with oidc', () => {
  const made = withOidc(oidc);

  it('every Lambda that verifies has the configuration, as the verifier takes it, and no other', () => {
    for (const part of ['Http', 'Sockets', 'AppsyncAuthorize'])
      expect(readOidcConfig(String(variablesOf(made, part).STATUSWIRE_OIDC)), part).toEqual(oidc);
    for (const part of ['Ingest', 'FanOut', 'AppsyncQuery'])
      expect(variablesOf(made, part), part).not.toHaveProperty('STATUSWIRE_OIDC');
  });

  it('AppSync lets such tokens in, and its resolvers know what they mean', () => {
    made.template.hasResourceProperties('AWS::AppSync::GraphQLApi', {
      AuthenticationType: 'AWS_LAMBDA',
      AdditionalAuthenticationProviders: [
        { AuthenticationType: 'AWS_IAM' },
        { AuthenticationType: 'OPENID_CONNECT', OpenIDConnectConfig: { Issuer: oidc.issuer } },
      ],
      EnvironmentVariables: { [oidcVariable]: JSON.stringify(oidc) },
    });
  });

  it('the schema opens to them what is read, and no mutation', () => {
    const [schema] = made.find('AWS::AppSync::GraphQLSchema');
    const text = String(schema?.[1].Properties.Definition);
    for (const open of [
      'type Update @',
      'type UpdatesPage @',
      'type Progress @',
      'type StatusError @',
      'status(',
      'updates(',
      'statusChanged(',
    ])
      expect(
        text.split('\n').find((line) => line.includes(open)),
        open,
      ).toContain('@aws_oidc');
    expect(text.split('\n').find((line) => line.includes('publishStatus('))).not.toContain('@aws_oidc');
  });

  it('of a user pool in the same stack: its address is filled in at deployment', () => {
    const { template } = synth((stack) => {
      const pool = new UserPool(stack, 'Pool');
      const client = pool.addClient('App');
      return {
        ...whole(stack),
        oidc: { ...oidc, issuer: pool.userPoolProviderUrl, audience: client.userPoolClientId },
      };
    });
    template.hasResourceProperties('AWS::AppSync::GraphQLApi', {
      EnvironmentVariables: { [oidcVariable]: { 'Fn::Join': ['', Match.arrayWith(['{"issuer":"'])] } },
    });
  });
});

it('without oidc there is no trace of it', () => {
  const text = JSON.stringify(synth(whole).template.toJSON());
  expect(/OPENID_CONNECT|aws_oidc|"STATUSWIRE_OIDC":|EnvironmentVariables/.exec(text)).toBeNull();
});

describe('what cannot work is refused at synthesis', () => {
  it.each<[Partial<OidcConfig>, string]>([
    [{ issuer: 'http://id.example.com' }, 'no https URL'],
    [{ issuer: 'https://' }, 'no https URL'],
    [{ jwksUri: 'keys' }, 'no https URL'],
    [{ audience: [] }, 'must say something'],
    [{ audience: ['a', ''] }, 'must say something'],
    [{ tenant: { constant: '' } }, 'must say something'],
    [{ access: { claim: '' } }, 'must say something'],
    [{ audience: 'x'.repeat(512) }, 'AppSync takes 512'],
  ])('%j', (more, reason) => {
    expect(() => withOidc({ ...oidc, ...more })).toThrow(reason);
  });
});
