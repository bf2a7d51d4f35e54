// The endpoint of a local run: this machine, over plain HTTP.

/** MiniStack's default port, and the default of --local. */
export const defaultAwsPort = 4566;

const LOOPBACK: readonly string[] = ['127.0.0.1', 'localhost'];

/** Whether a URL names this machine, over plain HTTP. */
export function isLoopback(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'http:' && LOOPBACK.includes(hostname);
}
