import { Command } from 'commander';
import { print, printJson } from '../terminal/print.ts';
import { callService, pathOf } from './call-service.ts';
import { type Connect, connecting } from './connect.ts';
import { table } from './table.ts';

interface ShownBinding {
  readonly workflow: string;
  readonly machineArn: string;
}

/** The service's largest page of bindings. */
const pageSize = 100;

/** `statuswire bindings`: which state machine each name stands for (scope `admin`). */
export function bindingsCommand(): Command {
  return connecting(new Command('bindings'))
    .description('Which state machine each workflow stands for, where that is not configured (scope admin).')
    .action(async (connect: Connect) => {
      const bindings: ShownBinding[] = [];
      for (let after = ''; ; ) {
        const page = await callService<{ readonly bindings: readonly ShownBinding[]; readonly next: string | null }>(
          connect,
          'GET',
          `/bindings?limit=${pageSize}${after}`,
        );
        bindings.push(...page.bindings);
        if (page.next === null) break;
        after = `&after=${encodeURIComponent(page.next)}`;
      }
      if (connect.json) for (const binding of bindings) printJson(binding);
      else print(...table(bindings.map(({ workflow, machineArn }) => [workflow, machineArn])));
    });
}

/** `statuswire unbind <workflow>` (scope `admin`). */
export function unbindCommand(): Command {
  return connecting(new Command('unbind'))
    .description('Free a workflow for the state machine that is seen next under its name (scope admin).')
    .argument('<workflow>')
    .action(async (workflow: string, connect: Connect) => {
      await callService(connect, 'DELETE', pathOf('bindings', workflow));
      if (connect.json) printJson({ workflow, unbound: true });
      else print(`Unbound ${workflow}.`);
    });
}
