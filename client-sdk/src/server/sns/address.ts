/**
 * The host that a topic's certificates and confirmations come from; null when the text is no topic ARN of a public region.
 *
 * Taken from the ARN, which the application trusts, and not from the message: a pattern such as `sns.*.amazonaws.com`
 * would also fit `sns.s3-us-west-2.amazonaws.com`, an address that a stranger's bucket could have.
 */
export function hostOf(topicArn: string): string | null {
  const [, partition, region] = /^arn:(aws|aws-cn|aws-us-gov):sns:([a-z0-9-]+):\d{12}:[\w-]+$/.exec(topicArn) ?? [];
  if (region === undefined) return null;
  return `sns.${region}.amazonaws.com${partition === 'aws-cn' ? '.cn' : ''}`;
}

/** The URL, if it is plain `https` to exactly this host: no other port, no user name, no fragment. */
export function urlOn(host: string, text: unknown): URL | null {
  const url = typeof text === 'string' && URL.canParse(text) ? new URL(text) : null;
  // Whatever a parser makes of odd spellings, only the plain one is taken.
  return url && typeof text === 'string' && text.startsWith(`https://${host}/`) && url.origin === `https://${host}`
    ? url
    : null;
}

/** Where AWS keeps the certificate of a message; null when the URL is of somebody else. */
export function certificateUrl(host: string, text: unknown): string | null {
  const url = urlOn(host, text);
  return url && /^\/[\w-]+\.pem$/.test(url.pathname) && !url.search && !url.hash ? url.href : null;
}

/** The `SubscribeURL` of a topic, which a GET confirms; null when it would do something else. */
export function confirmationUrl(host: string, text: unknown, topicArn: string): string | null {
  const url = urlOn(host, text);
  const confirms =
    url?.searchParams.get('Action') === 'ConfirmSubscription' && url.searchParams.get('TopicArn') === topicArn;
  return url && confirms ? url.href : null;
}
