import { toProblem } from '../../../functions/adapters/problem.ts';
import { tellable } from '../../../functions/migration/characters.ts';
import type { MigratorError } from '../../../functions/migration/error.ts';
import type { BusEvent } from '../../../local/eventbridge/event.ts';
import { undocumentedIn } from '../answer.ts';
import { faultsBy } from '../openapi.ts';
import type { HttpCall, Service } from '../service/service.ts';
import type { Call } from './calls.ts';
import { wrongsOfEvent, wrongsOfHttp } from './oracle.ts';

/** What became of a call, and what is wrong with that, one line each: empty when all is as the contract says. */
export interface Judgement {
  outcome: string;
  faults: string[];
}

/** A refusal for the request's own sake, as against one for what the migration is doing. */
const BLAMES = [400, 413, 415];
const TAKEN = 300;

const messageOf = (error: unknown): string =>
  String((error as Error)?.stack ?? error)
    .split('\n')
    .slice(0, 3)
    .join(' ');

/** Texts that a terminal obeys, or that have no canonical form: a certificate would hold them, behind the point of no return. */
const untellableIn = (record: unknown): string[] => {
  const texts: string[] = [];
  JSON.stringify(record, (_, value) => {
    if (typeof value === 'string') texts.push(value);
    return value;
  });
  return texts.filter((text) => tellable(text) !== text).map((text) => `kept ${JSON.stringify(text)} as it came`);
};

const judgeHttp = async (service: Service, routeKey: string, call: HttpCall): Promise<Judgement> => {
  const begun = service.executions.started.size;
  const answer = await service.ask(call);
  const { status } = answer;
  const body = answer.body as { code?: string; migrationId?: string };
  const faults = undocumentedIn(call.method, call.path, answer);
  const wrongs = wrongsOfHttp(routeKey, call);
  const [first] = wrongs;
  if (status >= 500) faults.push(`${status}: a fault of the service`);
  if (first && status < TAKEN) faults.push(`took what is wrong: ${first.what}`);
  if (first && status >= TAKEN && status < 500 && !wrongs.some((one) => one.status === status))
    if (status !== 404 || !routeKey.includes('{id}')) faults.push(`told ${status} of ${first.what}`);
  // Whether a page of an execution's history was given is the execution's to know.
  const isUnknowable = routeKey === 'GET /migrations/{id}' && call.path.includes('nextToken=');
  if (!first && BLAMES.includes(status) && !isUnknowable)
    faults.push(`refused what is right: ${JSON.stringify(answer.body)}`);
  if (status >= 400 && service.executions.started.size !== begun) faults.push('refused it, and began an execution');
  if (status === 202) {
    const record = await service.find(String(body.migrationId));
    faults.push(...(record ? untellableIn(record) : ['accepted it, and has no record']));
  }
  return { outcome: `${routeKey} ${status}${body.code ? ` ${body.code}` : ''}`, faults };
};

const judgeEvent = async (service: Service, event: BusEvent): Promise<Judgement> => {
  const begun = service.executions.started.size;
  const error = (await service.deliver(event)) as MigratorError | undefined;
  const [wrong] = wrongsOfEvent(event);
  const { code } = error ?? {};
  const faults: string[] = [];
  if (wrong && !error) faults.push(`took what is wrong: ${wrong}`);
  if (wrong && error && code !== 'invalid-request' && code !== 'migration-not-found')
    faults.push(`told ${code} of ${wrong}`);
  if (!wrong && code === 'invalid-request') faults.push(`refused what is right: ${error?.message}`);
  if (error && service.executions.started.size !== begun) faults.push('refused it, and began an execution');
  // The same error would be a problem document over HTTP.
  if (error) {
    const problem = JSON.parse(JSON.stringify(toProblem(error, event.id)));
    if (problem.status >= 500) faults.push(`${problem.status}: ${messageOf(error)}`);
    faults.push(...faultsBy('Problem', problem));
  }
  return { outcome: `${event['detail-type']} ${code ?? 'taken'}`, faults };
};

export const judge = async (service: Service, call: Call): Promise<Judgement> => {
  try {
    return 'event' in call ? await judgeEvent(service, call.event) : await judgeHttp(service, call.routeKey, call.http);
  } catch (error) {
    const where = 'event' in call ? call.event['detail-type'] : call.routeKey;
    return { outcome: `${where} crashed`, faults: [`crashed: ${messageOf(error)}`] };
  }
};
