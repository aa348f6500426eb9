import { Command } from 'commander';
import { print, printJson } from '../terminal/print.ts';
import { callService, pathOf } from './call-service.ts';
import { type Connect, connecting } from './connect.ts';
import { parseCount } from './parse.ts';
import { table } from './table.ts';

interface ShownLetter {
  readonly id: string;
  readonly at: string;
  readonly reason: string;
  readonly source: string;
  readonly execution: { readonly workflow: string; readonly id: string } | null;
  readonly body: string;
  readonly cut: boolean;
}

/** The service's largest page of dead letters. */
const pageSize = 50;

/** `statuswire dead-letters [list|show|redrive|delete]`: what could not be taken (scope `admin`). */
export function deadLettersCommand(): Command {
  return new Command('dead-letters')
    .description('What could not be taken, and why (scope admin).')
    .addCommand(listCommand(), { isDefault: true })
    .addCommand(showCommand())
    .addCommand(redriveCommand())
    .addCommand(deleteCommand());
}

function listCommand(): Command {
  return connecting(new Command('list'))
    .description('List dead letters, newest first.')
    .option('--limit <number>', 'how many', parseCount, 20)
    .action(async ({ limit, ...connect }: Connect & { readonly limit: number }) => {
      const letters = await newest(connect, limit);
      if (connect.json) for (const letter of letters) printJson(letter);
      else print(...table(letters.map(rowOf)));
    });
}

async function newest(connect: Connect, limit: number): Promise<readonly ShownLetter[]> {
  const letters: ShownLetter[] = [];
  for (let after = ''; letters.length < limit; ) {
    const query = `?limit=${Math.min(pageSize, limit - letters.length)}${after}`;
    const page = await callService<{ readonly letters: readonly ShownLetter[]; readonly next: string | null }>(
      connect,
      'GET',
      `/dead-letters${query}`,
    );
    letters.push(...page.letters);
    if (page.next === null) break;
    after = `&after=${encodeURIComponent(page.next)}`;
  }
  return letters;
}

function showCommand(): Command {
  return connecting(new Command('show'))
    .description('Show a dead letter with what was rejected.')
    .argument('<id>')
    .action(async (id: string, connect: Connect) => {
      const letter = await callService<ShownLetter>(connect, 'GET', pathOf('dead-letters', id));
      if (connect.json) return printJson(letter);
      const { at, reason, source, body, cut } = letter;
      const facts = [
        ['id', id],
        ['at', at],
        ['source', source],
        ['execution', nameOf(letter)],
        ['reason', reason],
      ];
      print(...table(facts), '', ...linesOf(body));
      if (cut) print('(cut: only its beginning is kept, so it cannot be redriven)');
    });
}

function redriveCommand(): Command {
  return connecting(new Command('redrive'))
    .description('Try once more what could not be taken; the letter is gone when that succeeds.')
    .argument('<id>')
    .action(async (id: string, connect: Connect) => {
      const answer = await callService<Pick<ShownLetter, 'execution'>>(
        connect,
        'POST',
        pathOf('dead-letters', id, 'redrive'),
      );
      print(connect.json ? JSON.stringify(answer) : `Taken: ${nameOf(answer)}`);
    });
}

function deleteCommand(): Command {
  return connecting(new Command('delete'))
    .description('Drop a dead letter.')
    .argument('<id>')
    .action(async (id: string, connect: Connect) => {
      await callService(connect, 'DELETE', pathOf('dead-letters', id));
      print(connect.json ? JSON.stringify({ id, deleted: true }) : `Deleted ${id}.`);
    });
}

const nameOf = ({ execution }: Pick<ShownLetter, 'execution'>): string =>
  execution === null ? '-' : `${execution.workflow}/${execution.id}`;

function rowOf(letter: ShownLetter): readonly string[] {
  return [letter.id, letter.at, letter.source, nameOf(letter), letter.reason];
}

/** JSON is indented; the line breaks of anything else are shown as such, so that none of it looks like a line of ours. */
function linesOf(body: string): readonly string[] {
  try {
    return JSON.stringify(JSON.parse(body), null, 2).split('\n');
  } catch {
    return [body];
  }
}
