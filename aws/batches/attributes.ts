/** Message attributes of SQS and SNS; all of ours are texts, none of them empty. */
export type TextAttributes = Readonly<Record<string, string>>;

const dataType = 'String';

/** What neither a body nor an attribute may hold: SQS takes only what XML 1.0 does (SQS API reference, SendMessage). */
const notTaken = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu;

/**
 * As both services take them. Characters that they refuse become U+FFFD: names come from outside, and one that cannot be
 * sent must not hold up the others.
 */
export function attributeValues(attributes: TextAttributes): Record<string, { DataType: string; StringValue: string }> {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      { DataType: dataType, StringValue: value.replace(notTaken, '\u{FFFD}') },
    ]),
  );
}

/** JSON text that both services take: what they refuse stands escaped, as JSON.stringify does with the rest of it. */
export function messageJson(value: unknown): string {
  return JSON.stringify(value).replace(notTaken, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/** What a message counts against the limits: body, and name, type and value of each attribute, in UTF-8. */
export function messageBytes(body: string, attributes: TextAttributes): number {
  return Object.entries(attributes).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + dataType.length + Buffer.byteLength(value),
    Buffer.byteLength(body),
  );
}
