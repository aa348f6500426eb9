/** Crockford's base 32, as ULIDs are written (github.com/ulid/spec). */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const length = 26;

/** The epoch, a ULID, moved on by a step; its order among others moved by the same step stays. Throws for anything else. */
export function laterEpoch(epoch: string, by: bigint): string {
  if (epoch.length !== length) throw new RangeError(`${epoch} is no ULID.`);
  let value = by;
  for (const [index, character] of [...epoch].entries()) {
    const digit = alphabet.indexOf(character);
    if (digit < 0) throw new RangeError(`${epoch} is no ULID.`);
    value += BigInt(digit) << BigInt(5 * (length - 1 - index));
  }
  let text = '';
  for (let index = 0; index < length; index++) {
    text = alphabet.charAt(Number(value & 31n)) + text;
    value >>= 5n;
  }
  return text;
}
