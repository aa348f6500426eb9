import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createLogger } from '../../../embedded/telemetry/logger.ts';
import { printable } from '../../../embedded/terminal/printable.ts';

/** Code points that a terminal obeys, or that show nothing and change how the rest is read; by their numbers in Unicode. */
const actsUnseen = (code: number): boolean =>
  code < 0x20 ||
  (code >= 0x7f && code <= 0x9f) ||
  [0xad, 0x61c, 0x180e, 0x2028, 0x2029, 0xfeff].includes(code) ||
  (code >= 0x200b && code <= 0x200f) ||
  (code >= 0x202a && code <= 0x202e) ||
  (code >= 0x2060 && code <= 0x206f) ||
  (code >= 0xd800 && code <= 0xdfff) ||
  (code >= 0xe0000 && code <= 0xe0fff);
const isHarmless = (text: string): boolean =>
  [...text].every((character) => !actsUnseen(character.codePointAt(0) ?? 0));

/** Any UTF-16 at all, and mostly what should not get through. */
const hostile = fc
  .array(
    fc.oneof(
      fc.integer({ min: 0, max: 0x10ffff }),
      fc.integer({ min: 0, max: 0xff }),
      fc.integer({ min: 0x2000, max: 0x206f }),
      fc.integer({ min: 0xd800, max: 0xdfff }),
      fc.integer({ min: 0xe0000, max: 0xe0fff }),
    ),
  )
  .map((codes) => String.fromCodePoint(...codes));

describe('what is printed', () => {
  it.each([
    ['OSC 52, which writes the clipboard', '\u001b]52;c;aGk=\u0007', '\\u001b]52;c;aGk=\\u0007'],
    ['OSC 8, which makes a link', '\u001b]8;;https://x.test\u001b\\', '\\u001b]8;;https://x.test\\u001b\\'],
    ['a cleared screen', '\u001b[2J\u009b2J', '\\u001b[2J\\u009b2J'],
    ['an OSC of one character', '\u009d52;c;aGk=\u009c', '\\u009d52;c;aGk=\\u009c'],
    ['lines that are none', 'a\nb\rc\u2028d\u2029e\u0085f\vg', 'a\\nb\\rc\\u2028d\\u2029e\\u0085f\\u000bg'],
    ['text that reads backwards', 'exe.\u202egpj\u2066', 'exe.\\u202egpj\\u2066'],
    ['what has no width', 'a\u200bb\ufeffc\u00add', 'a\\u200bb\\ufeffc\\u00add'],
    ['tags, which carry a hidden text', 'a\u{e0041}', 'a\\udb40\\udc41'],
    ['half a character', 'a\ud800', 'a\\ud800'],
    ['what people write', 'Bücher für 15 €, 東京 ✔️ 😀', 'Bücher für 15 €, 東京 ✔️ 😀'],
  ])('shows %s', (_, text, shown) => {
    expect(printable(text)).toBe(shown);
  });

  it('has no effect, whatever the text', () => {
    fc.assert(fc.property(hostile, (text) => isHarmless(printable(text))));
  });

  it('as JSON stays the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(hostile, fc.oneof(fc.jsonValue(), hostile)), (value) => {
        const text = printable(JSON.stringify(value));
        expect(isHarmless(text)).toBe(true);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('to the log stays one line of JSON of the same value', () => {
    const lines: string[] = [];
    const logger = createLogger({ level: 'info', destination: { write: (line) => void lines.push(line) } });
    fc.assert(
      fc.property(hostile, (text) => {
        logger.info({ err: { message: text } });
        const line = lines.at(-1) ?? '';
        expect(line.endsWith('}\n') && isHarmless(line.slice(0, -1))).toBe(true);
        expect(JSON.parse(line).err.message).toBe(text);
      }),
    );
  });
});
