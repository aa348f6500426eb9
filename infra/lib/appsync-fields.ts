import { CfnDataSource, CfnGraphQLSchema, CfnResolver } from 'aws-cdk-lib/aws-appsync';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import type { AppsyncAssets } from './assets.ts';
import { serviceRole } from './service-role.ts';

export interface AppsyncFieldsProps {
  readonly apiId: string;
  readonly assets: Pick<AppsyncAssets, 'schema' | 'resolvers'>;
  /** Answers queries. */
  readonly query: IFunction;
}

/** The schema, its resolvers, and where they get their data. */
export class AppsyncFields extends Construct {
  constructor(scope: Construct, id: string, { apiId, assets, query }: AppsyncFieldsProps) {
    super(scope, id);
    const schema = new CfnGraphQLSchema(this, 'Schema', { apiId, definition: assets.schema });
    const role = serviceRole(this, 'Role', 'appsync.amazonaws.com', [
      { actions: ['lambda:InvokeFunction'], resources: [query.functionArn] },
    ]);
    const sources = {
      none: new CfnDataSource(this, 'None', { apiId, name: 'None', type: 'NONE' }),
      lambda: new CfnDataSource(this, 'Lambda', {
        apiId,
        name: 'Query',
        type: 'AWS_LAMBDA',
        serviceRoleArn: role.roleArn,
        lambdaConfig: { lambdaFunctionArn: query.functionArn },
      }),
    };
    for (const { field, dataSource, code } of assets.resolvers) {
      const [typeName = '', fieldName = ''] = field.split('.');
      const resolver = new CfnResolver(this, field.replace('.', ''), {
        apiId,
        typeName,
        fieldName,
        dataSourceName: sources[dataSource].attrName,
        runtime: { name: 'APPSYNC_JS', runtimeVersion: '1.0.0' },
        code,
      });
      resolver.addResourceDependency(schema);
    }
  }
}
