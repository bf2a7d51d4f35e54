// One JSON line per outcome: order id, source, duration; never an order body, an address, a token or a raw webhook.

export type Fields = Readonly<Record<string, unknown>>;

export interface Log {
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
}

/** Writes lines that CloudWatch Logs Insights reads as fields; `common` (a request id, say) is on every line. */
export function createLog(common: Fields = {}): Log {
  const write = (level: string) => (message: string, fields?: Fields) => {
    console.log(
      JSON.stringify({ timestamp: new Date().toISOString(), level, message, ...common, ...fields }),
    );
  };
  return { info: write('INFO'), warn: write('WARN'), error: write('ERROR') };
}
