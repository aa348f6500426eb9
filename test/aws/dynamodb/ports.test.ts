import { deliveriesSuite } from '../../ports/deliveries-suite.ts';
import { intakesSuite } from '../../ports/intakes-suite.ts';
import { logListSuite } from '../../ports/log-list-suite.ts';
import { logReadSuite } from '../../ports/log-read-suite.ts';
import { logSuite } from '../../ports/log-suite.ts';
import { onCommittedSuite } from '../../ports/on-committed-suite.ts';
import { registersSuite } from '../../ports/registers-suite.ts';
import { openTablePorts } from './support/table-ports.ts';

const name = 'DynamoDB';

logSuite(name, openTablePorts);
logReadSuite(name, openTablePorts);
logListSuite(name, openTablePorts);
intakesSuite(name, openTablePorts);
deliveriesSuite(name, openTablePorts);
registersSuite(name, openTablePorts);
onCommittedSuite(name, openTablePorts);
