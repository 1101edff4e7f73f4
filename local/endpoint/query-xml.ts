import { create } from 'xmlbuilder2';
import type { XMLBuilder } from 'xmlbuilder2/lib/interfaces.js';

/** The name of all lists' items that have no other. */
const UNNAMED_ITEM = 'member';

/**
 * The answers of the query protocol in one service's namespace.
 * @param itemNames what the items of its lists are called on the wire. The SDK reads a list of other items as empty
 */
export const queryXml = (namespace: string, itemNames: Readonly<Record<string, string>> = {}) => {
  /** An absent member has no element; an empty structure or list has an empty one, which clients read as `{}` and `[]`. */
  const write = (parent: XMLBuilder, members: object): void => {
    for (const [name, value] of Object.entries(members)) {
      if (value === undefined) continue;
      const element = parent.ele(name);
      if (Array.isArray(value)) {
        for (const item of value) writeValue(element.ele(itemNames[name] ?? UNNAMED_ITEM), item);
      } else writeValue(element, value);
    }
  };

  const writeValue = (element: XMLBuilder, value: unknown): void => {
    if (value instanceof Date) element.txt(value.toISOString());
    else if (typeof value === 'object' && value !== null) write(element, value);
    else element.txt(String(value));
  };

  return {
    /** `<StartMigrationResponse><StartMigrationResult>…`: without the inner element the SDK answers with nothing at all. */
    answerXml: (action: string, result: object, requestId: string): string => {
      const response = create().ele(namespace, `${action}Response`);
      write(response.ele(`${action}Result`), result);
      response.ele('ResponseMetadata').ele('RequestId').txt(requestId);
      return response.end({ headless: true });
    },
    errorXml: (code: string, message: string, status: number, requestId: string): string => {
      const response = create().ele(namespace, 'ErrorResponse');
      write(response.ele('Error'), { Type: status < 500 ? 'Sender' : 'Receiver', Code: code, Message: message });
      response.ele('RequestId').txt(requestId);
      return response.end({ headless: true });
    },
  };
};
