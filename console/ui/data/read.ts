import type { Problem as ApiProblemBody } from '../../../functions/adapters/problem.ts';

/** As the API tells it (RFC 9457). A refusal by the console itself has no id of a request. */
export type Problem = Omit<ApiProblemBody, 'requestId'> & { requestId?: string };

/** An answer that is no success, from somebody who knows. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Nobody answered, or nobody who knows: nothing is known of what became of the request. */
export class ApiAway extends Error {
  override readonly name = 'ApiAway';
}

export interface Answer<T> {
  status: number;
  headers: Headers;
  body: T;
}

/** An API that needs longer is as good as away. */
const PATIENCE_MS = 15_000;

/** @throws ApiProblem, ApiAway; an AbortError when `signal` is aborted */
export const read = async <T>(url: string, init: RequestInit = {}, signal?: AbortSignal): Promise<Answer<T>> => {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  let response: Response;
  let text: string;
  try {
    response = await fetch(url, { ...init, signal: signal ? AbortSignal.any([signal, patience]) : patience });
    text = await response.text();
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new ApiAway(patience.aborted ? `It took longer than ${PATIENCE_MS / 1000} s.` : '');
  }
  const body = parsed(text);
  if (response.ok && body !== undefined) return { status: response.status, headers: response.headers, body: body as T };
  const problem = isProblem(body) ? body : undefined;
  // A 503 of the API's own is as little of an answer as a gateway's: both pass by themselves.
  if (!problem || [502, 503, 504].includes(response.status)) {
    throw new ApiAway(problem?.detail ?? `It answered ${response.status}.`);
  }
  throw new ApiProblem(problem);
};

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const isProblem = (body: unknown): body is Problem => {
  const { title, detail, code, violations = [] } = (body ?? {}) as Partial<Problem>;
  const isListed = Array.isArray(violations) && violations.every((one) => typeof one?.detail === 'string');
  return typeof title === 'string' && typeof detail === 'string' && typeof code === 'string' && isListed;
};
