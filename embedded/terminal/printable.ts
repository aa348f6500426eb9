/**
 * Characters that do something instead of being seen: controls C0, DEL and C1 (a terminal obeys OSC 52, OSC 8 and `ESC[2J`, in
 * their one-character forms as well), separators of lines, format characters (bidi overrides, zero widths, tags), whatever
 * else Unicode ignores by default, and halves of surrogate pairs. The two that choose how an emoji looks stay.
 */
const unseen = /[[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]--[\uFE0E\uFE0F]]/gv;
const short: { readonly [character: string]: string } = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** As JSON writes them, two escapes for a character beyond the first 65,536. */
const escaped = (character: string): string =>
  short[character] ??
  character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');

/**
 * A text as one line that a terminal only shows, whoever wrote it: what has an effect stands there as an escape (`\u001b`).
 * JSON without line breaks stays JSON of the same value.
 */
export const printable = (text: string): string => text.replace(unseen, escaped);
