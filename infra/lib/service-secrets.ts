import { type RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';

export interface ServiceSecretsProps {
  readonly removalPolicy: RemovalPolicy;
}

/** The first API key, and what signs watch tokens. Both are made up at the first deployment; nobody has seen them. */
export class ServiceSecrets extends Construct {
  /** JSON: `{ "id": "first", "secret": "…" }`, which is the key `sw_first_…` (S28). */
  readonly firstKey: Secret;
  /** JSON: `{ "secret": "…" }`. Its former version goes on verifying. */
  readonly tokens: Secret;

  constructor(scope: Construct, id: string, { removalPolicy }: ServiceSecretsProps) {
    super(scope, id);
    const generated = { generateStringKey: 'secret', passwordLength: 64, excludePunctuation: true };
    this.firstKey = new Secret(this, 'FirstKey', {
      description: 'The first API key of Statuswire: all scopes, tenant "default"',
      generateSecretString: { ...generated, secretStringTemplate: JSON.stringify({ id: 'first' }) },
      removalPolicy,
    });
    this.tokens = new Secret(this, 'Tokens', {
      description: 'Signs watch tokens of Statuswire',
      generateSecretString: { ...generated, secretStringTemplate: '{}' },
      removalPolicy,
    });
    Validations.of(this.firstKey).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason: 'Servers outside hold this key: it is rotated by making further keys (POST /keys), not by schedule.',
    });
    Validations.of(this.tokens).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'Rotated by putting a new version when somebody decides to (docs/aws-operations.md); no schedule is forced.',
    });
  }
}
