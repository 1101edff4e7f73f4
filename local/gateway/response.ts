export interface GatewayResponse {
  status: number;
  headers: Record<string, string | string[]>;
  body: string | Buffer;
}

/** An answer of the gateway itself, such as `{"message":"Not Found"}`. */
export const gatewayMessage = (status: number, message: string): GatewayResponse => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ message }),
});

interface Structured {
  statusCode?: unknown;
  headers?: Record<string, string | number | boolean>;
  cookies?: string[];
  body?: string;
  isBase64Encoded?: boolean;
}

/** Headers that only the gateway itself sets. */
const OWN_HEADERS = ['connection', 'content-length', 'transfer-encoding', 'keep-alive'];

/**
 * What payload format 2.0 makes of a function's answer: an object with a `statusCode` is the response, anything else is
 * the JSON body of a 200. @returns undefined for what the gateway cannot understand, which it answers with 500
 */
export const responseFrom = (answer: unknown): GatewayResponse | undefined => {
  if (typeof answer !== 'object' || answer === null || !('statusCode' in answer)) {
    const body = typeof answer === 'string' ? answer : JSON.stringify(answer);
    return { status: 200, headers: { 'content-type': 'application/json' }, body };
  }
  const { statusCode, headers = {}, cookies = [], body = '', isBase64Encoded = false } = answer as Structured;
  const status = Number(statusCode);
  if (!Number.isInteger(status) || status < 100 || status > 599 || typeof body !== 'string') return undefined;
  const entries = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)] as const);
  const kept = entries.filter(([name]) => !OWN_HEADERS.includes(name));
  return {
    status,
    headers: {
      'content-type': 'text/plain;charset=UTF-8',
      ...Object.fromEntries(kept),
      ...(cookies.length > 0 ? { 'set-cookie': cookies } : {}),
    },
    body: isBase64Encoded ? Buffer.from(body, 'base64') : body,
  };
};
