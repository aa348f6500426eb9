/**
 * I-Regexp (RFC 9485), matched in time linear in the text: the states of the pattern's automaton are followed side by
 * side, so no text can make it try again. JavaScript's own engine backtracks, and a caller's text can keep it busy for
 * ever.
 */
export interface LinearRegexp {
  /** Whether the whole text matches. */
  matches(text: string): boolean;
  /** Whether a part of the text matches. */
  isIn(text: string): boolean;
}

/** Steps of an automaton, counted after repetitions are written out; each character of a text costs at most so many. */
const mostSteps = 500;

type Accepts = (character: string) => boolean;

/** One step: takes a character, goes two ways, or has matched. Steps are named by their index. */
type Step =
  | { readonly type: 'take'; readonly accepts: Accepts; readonly next: number }
  | { readonly type: 'fork'; readonly ways: readonly number[] }
  | { readonly type: 'matched' };

type Node =
  | { readonly type: 'take'; readonly accepts: Accepts }
  | { readonly type: 'sequence'; readonly parts: readonly Node[] }
  | { readonly type: 'choice'; readonly branches: readonly Node[] }
  | { readonly type: 'repeat'; readonly part: Node; readonly least: number; readonly most: number | null };

const fault = (why: string): SyntaxError => new SyntaxError(`no I-Regexp (RFC 9485): ${why}`);

/** `.` is any character but line feed and carriage return (RFC 9485, section 5.3). */
const anyCharacter: Accepts = (character) => character !== '\n' && character !== '\r';

/** Characters, categories and classes as RFC 9485 writes them; each of them takes one character. */
const oneCharacter =
  /\\(?:[()*+\-.?[\\\]^nrt{|}]|[pP]\{[A-Z][a-z]?\})|\[(?!\^?\])\^?(?:-?(?:\\(?:[()*+\-.?[\\\]^nrt{|}]|[pP]\{[A-Z][a-z]?\})|[^\\[\]-]))*-?\]|[^()*+.?[\\\]{|}]/uy;

/** Whether a character fits is asked of JavaScript's own classes: one character cannot make them backtrack. */
function accepting(source: string): Accepts {
  if (source.length === 1 || /^[^\\[]/u.test(source)) return (character) => character === source;
  try {
    const single = new RegExp(`^${source.replace(/^\\-$/u, '-')}$`, 'u');
    return (character) => single.test(character);
  } catch {
    throw fault(`"${source}" is no class of characters`);
  }
}

function parse(pattern: string): Node {
  let at = 0;

  function quantifier(part: Node): Node {
    const character = pattern[at];
    if (character === '*' || character === '+' || character === '?') {
      at += 1;
      return { type: 'repeat', part, least: character === '+' ? 1 : 0, most: character === '?' ? 1 : null };
    }
    if (character !== '{') return part;
    const found = /\{(\d+)(,(\d*))?\}/y;
    found.lastIndex = at;
    const [whole, first, open, last] = found.exec(pattern) ?? [];
    if (whole === undefined || first === undefined) throw fault('a "{" begins no quantifier');
    at += whole.length;
    const least = Number(first);
    const most = open === undefined ? least : last ? Number(last) : null;
    if (most !== null && most < least) throw fault(`"${whole}" ends before it begins`);
    return { type: 'repeat', part, least, most };
  }

  function atom(): Node {
    if (pattern[at] === '.') {
      at += 1;
      return { type: 'take', accepts: anyCharacter };
    }
    if (pattern[at] === '(') {
      at += 1;
      const inside = choice();
      if (pattern[at] !== ')') throw fault('a "(" is not closed');
      at += 1;
      return inside;
    }
    oneCharacter.lastIndex = at;
    const [source] = oneCharacter.exec(pattern) ?? [];
    if (source === undefined) throw fault(`"${pattern.slice(at, at + 8)}" stands where a character is expected`);
    at += source.length;
    return { type: 'take', accepts: accepting(source) };
  }

  function choice(): Node {
    const branches: Node[] = [];
    for (;;) {
      const parts: Node[] = [];
      while (at < pattern.length && pattern[at] !== '|' && pattern[at] !== ')') parts.push(quantifier(atom()));
      branches.push({ type: 'sequence', parts });
      if (pattern[at] !== '|') return { type: 'choice', branches };
      at += 1;
    }
  }

  const whole = choice();
  if (at < pattern.length) throw fault('a ")" closes nothing');
  return whole;
}

/** Thompson's construction, from the end to the beginning: every part is given the step that follows it. */
function stepsOf(root: Node): { readonly steps: readonly Step[]; readonly start: number } {
  const steps: Step[] = [{ type: 'matched' }];
  const add = (step: Step): number => {
    if (steps.length >= mostSteps) throw fault(`it needs over ${mostSteps} steps; repeat less`);
    return steps.push(step) - 1;
  };
  function before(node: Node, next: number): number {
    if (node.type === 'take') return add({ ...node, next });
    if (node.type === 'sequence') return node.parts.reduceRight((after, part) => before(part, after), next);
    if (node.type === 'choice') {
      const ways = node.branches.map((branch) => before(branch, next));
      return ways.length === 1 ? (ways[0] ?? next) : add({ type: 'fork', ways });
    }
    const { part, least, most } = node;
    let first = next;
    if (most === null) {
      const ways = [next];
      first = add({ type: 'fork', ways });
      ways.push(before(part, first));
    } else {
      for (let left = most - least; left > 0; left -= 1)
        first = add({ type: 'fork', ways: [before(part, first), next] });
    }
    for (let left = least; left > 0; left -= 1) {
      // A part that takes nothing adds no step however often it is repeated.
      const earlier = before(part, first);
      if (earlier === first) break;
      first = earlier;
    }
    return first;
  }
  return { start: before(root, 0), steps };
}

/**
 * Compiles a pattern. Throws a SyntaxError that says what is wrong: it is no I-Regexp, or needs over 500 steps once its
 * repetitions are written out.
 */
export function compileRegexp(pattern: string): LinearRegexp {
  const { steps, start } = stepsOf(parse(pattern));

  /** Follows all ways at once; `anywhere` lets a match begin and end at every character. */
  function run(text: string, anywhere: boolean): boolean {
    /** For each step the round in which it was reached last. */
    const reached = new Int32Array(steps.length);
    let round = 0;
    let matched = false;
    let current: { readonly accepts: Accepts; readonly next: number }[] = [];
    function reach(from: number): void {
      const open = [from];
      for (let at = open.pop(); at !== undefined; at = open.pop()) {
        if (reached[at] === round) continue;
        reached[at] = round;
        const step = steps[at];
        if (step?.type === 'take') current.push(step);
        else if (step?.type === 'fork') open.push(...step.ways);
        else matched = true;
      }
    }
    round += 1;
    reach(start);
    for (const character of text) {
      if (anywhere && matched) return true;
      const before = current;
      current = [];
      matched = false;
      round += 1;
      for (const { accepts, next } of before) if (accepts(character)) reach(next);
      if (anywhere) reach(start);
      else if (current.length === 0 && !matched) return false;
    }
    return matched;
  }

  return { matches: (text) => run(text, false), isIn: (text) => run(text, true) };
}
