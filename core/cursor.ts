/** A place in one execution's log. `seq` 0 is before the first update. */
export interface Position {
  readonly epoch: string;
  readonly seq: number;
}

const shape = /^(?<epoch>[0-9A-Z]{26,40})\.(?<seq>0|[1-9][0-9]{0,14})$/;

/** Opaque form of a position: base64url of `epoch.seq`. Readers must not take it apart. */
export function encodeCursor({ epoch, seq }: Position): string {
  return btoa(`${epoch}.${seq}`).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

/** The position a cursor stands for; null when the text is no cursor (answered with 400, S20). */
export function decodeCursor(cursor: string): Position | null {
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(cursor)) return null;
  let text: string;
  try {
    text = atob(cursor.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    return null;
  }
  const { epoch, seq } = shape.exec(text)?.groups ?? {};
  if (epoch === undefined || seq === undefined) return null;
  const position = { epoch, seq: Number(seq) };
  return encodeCursor(position) === cursor ? position : null;
}
