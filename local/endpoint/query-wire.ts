import { randomUUID } from 'node:crypto';
import type { queryXml } from './query-xml.ts';
import type { WireRequest, WireService } from './wire.ts';

/** A refusal in the words of a service of the query protocol. */
export class QueryError extends Error {
  override readonly name = 'QueryError' as const;
  readonly code: string;
  readonly status: number;

  constructor(code: string, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface QueryAction {
  /** The parameters that are played; any other is refused, never ignored. */
  parameters: readonly string[];
  run(form: URLSearchParams, request: WireRequest): object;
}

const PROTOCOL = ['Action', 'Version'];

/** A small service of the query protocol: a form in, XML out. Signatures are not looked at. */
export const queryWire =
  (
    service: string,
    { answerXml, errorXml }: ReturnType<typeof queryXml>,
    actions: Readonly<Record<string, QueryAction>>,
  ): WireService =>
  async (request) => {
    const requestId = randomUUID();
    const respond = (status: number, body: string) => ({
      status,
      headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId },
      body,
    });
    const form = new URLSearchParams(request.body.toString());
    const name = form.get('Action') ?? '';
    try {
      const action = Object.hasOwn(actions, name) ? actions[name] : undefined;
      if (!action) throw new QueryError('InvalidAction', `${service} ${name} is not played by the embedded AWS`);
      const known = [...PROTOCOL, ...action.parameters];
      const unknown = [...form.keys()].filter((parameter) => !known.includes(parameter));
      if (unknown.length > 0) throw new QueryError('ValidationError', `${unknown.join(', ')} is not supported here.`);
      return respond(200, answerXml(name, action.run(form, request), requestId));
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return respond(error.status, errorXml(error.code, error.message, error.status, requestId));
    }
  };
