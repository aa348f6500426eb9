/** Lets so many through at a time; the others wait in line. Resolves when it is one's turn, to what ends it. */
export type Gate = () => Promise<() => void>;

export function createGate(width: number): Gate {
  const waiting: (() => void)[] = [];
  let free = width;
  const leave = (): void => {
    const next = waiting.shift();
    if (next) next();
    else free += 1;
  };
  return async () => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => void waiting.push(resolve));
    return leave;
  };
}
