import { RemovalPolicy } from 'aws-cdk-lib';
import {
  AttributeType,
  BillingMode,
  type ITable,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
} from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import { type IndexName, table as shape } from '../../aws/dynamodb/table.ts';
import { type ItemAction, onTable, type Permission, readStream } from './permissions.ts';
import type { RestoredTable } from './props.ts';

export interface StoreProps {
  readonly removalPolicy: RemovalPolicy;
  readonly restored?: RestoredTable | undefined;
}

/** The one table (docs/decisions/dynamodb-table.md), or one that was restored. */
export class Store extends Construct {
  readonly table: Table | ITable;
  readonly streamArn: string;

  constructor(scope: Construct, id: string, { removalPolicy, restored }: StoreProps) {
    super(scope, id);
    if (restored) {
      this.table = Table.fromTableAttributes(this, 'Table', {
        tableName: restored.tableName,
        tableStreamArn: restored.streamArn,
      });
      this.streamArn = restored.streamArn;
      return;
    }
    const table = new Table(this, 'Table', {
      partitionKey: { name: shape.partitionKey, type: AttributeType.STRING },
      sortKey: { name: shape.sortKey, type: AttributeType.STRING },
      billingMode: BillingMode.PAY_PER_REQUEST,
      // The AWS managed key: its use shows in CloudTrail, and it needs no permissions of its own.
      encryption: TableEncryption.AWS_MANAGED,
      pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
      timeToLiveAttribute: shape.timeToLiveAttribute,
      stream: StreamViewType[shape.streamViewType],
      deletionProtection: removalPolicy === RemovalPolicy.RETAIN,
      removalPolicy,
    });
    for (const { name, partitionKey, sortKey, projected } of shape.indexes) {
      table.addGlobalSecondaryIndex({
        indexName: name,
        partitionKey: { name: partitionKey, type: AttributeType.STRING },
        sortKey: { name: sortKey, type: AttributeType.STRING },
        ...(projected.length === 0
          ? { projectionType: ProjectionType.KEYS_ONLY }
          : { projectionType: ProjectionType.INCLUDE, nonKeyAttributes: [...projected] }),
      });
    }
    this.table = table;
    this.streamArn = table.tableStreamArn ?? '';
  }

  /** These actions on items, and queries on these indexes. */
  allow(actions: readonly ItemAction[], indexes: readonly IndexName[] = []): readonly Permission[] {
    return onTable(this.table.tableArn, actions, indexes);
  }

  /** What reading its stream takes. */
  allowStream(): readonly Permission[] {
    return readStream(this.table.tableArn, this.streamArn);
  }
}
