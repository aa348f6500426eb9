import { Command } from 'commander';
import { print } from '../terminal/print.ts';
import { bindingsCommand, unbindCommand } from './binding-commands.ts';
import { callService, pathOf } from './call-service.ts';
import { type Connect, connecting } from './connect.ts';
import { deadLettersCommand } from './dead-letter-commands.ts';
import { keysCommand } from './key-commands.ts';

/** The commands that need a key with the scope `admin`. */
export function operatorCommands(): readonly Command[] {
  return [redriveCommand(), forgetCommand(), deadLettersCommand(), bindingsCommand(), unbindCommand(), keysCommand()];
}

function redriveCommand(): Command {
  return connecting(new Command('redrive'))
    .description('Go on with an execution that failed, from where it failed, in the same log (scope admin).')
    .argument('<workflow>')
    .argument('<id>')
    .action(async (workflow: string, id: string, connect: Connect) => {
      const path = pathOf('executions', workflow, id, 'redrive');
      const answer = await callService<{ readonly redriveCount: number }>(connect, 'POST', path);
      print(connect.json ? JSON.stringify(answer) : `Redriven ${workflow}/${id}: redrive ${answer.redriveCount}.`);
    });
}

function forgetCommand(): Command {
  return connecting(new Command('forget'))
    .description('Forget an execution that is done: it is gone for every reader, for good (scope admin).')
    .argument('<workflow>')
    .argument('<id>')
    .action(async (workflow: string, id: string, connect: Connect) => {
      await callService(connect, 'DELETE', pathOf('executions', workflow, id));
      print(connect.json ? JSON.stringify({ workflow, id, forgotten: true }) : `Forgot ${workflow}/${id}.`);
    });
}
