/** What SNS posts, as far as it is needed. All of it is text. */
export interface SnsMessage {
  readonly Type: 'Notification' | 'SubscriptionConfirmation' | 'UnsubscribeConfirmation';
  readonly MessageId: string;
  readonly TopicArn: string;
  readonly Message: string;
  readonly Timestamp: string;
  readonly SignatureVersion: string;
  readonly Signature: string;
  readonly SigningCertURL: string;
  /** Notifications only, and only where the publisher gave one. */
  readonly Subject?: string;
  /** Confirmations only. */
  readonly SubscribeURL?: string;
  readonly Token?: string;
}

const always = ['MessageId', 'TopicArn', 'Message', 'Timestamp', 'SignatureVersion', 'Signature', 'SigningCertURL'];
const confirmation = ['SubscribeURL', 'Token'];

/** Takes an envelope; null when a field is missing that its type must have, or is no text. */
export function readMessage(value: { readonly [key: string]: unknown }): SnsMessage | null {
  const isConfirmation = value.Type === 'SubscriptionConfirmation' || value.Type === 'UnsubscribeConfirmation';
  if (!isConfirmation && value.Type !== 'Notification') return null;
  const needed = isConfirmation ? [...always, ...confirmation] : always;
  const whole = needed.every((name) => typeof value[name] === 'string');
  const subject = value.Subject ?? undefined;
  if (!whole || (subject !== undefined && typeof subject !== 'string')) return null;
  const { Subject, ...rest } = value;
  return { ...rest, ...(subject !== undefined && { Subject: subject }) } as unknown as SnsMessage;
}

/**
 * The text that AWS signs: names and values, each followed by a line feed, sorted by name. Message attributes are not in
 * it, so nothing there may be believed. (https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html)
 */
export function stringToSign(message: SnsMessage): string {
  const names =
    message.Type === 'Notification'
      ? (['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'] as const)
      : (['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'] as const);
  return names
    .filter((name) => message[name] !== undefined)
    .map((name) => `${name}\n${message[name]}\n`)
    .join('');
}
