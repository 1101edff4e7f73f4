import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import type { Violation } from '../migration/error.ts';
import { InvalidRequestError } from '../migration/request-errors.ts';
import type { HistoryQuery } from '../migration/sample.ts';

const POINTS = 600;
const FEWEST_POINTS = 10;
const MOST_POINTS = 2000;
/** Without a time zone it would be whichever one the function has. */
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/;
const TIME_RULE = 'must be a time of ISO 8601 with its zone, such as 2026-01-01T00:00:00Z (a + is sent as %2B)';

/** @throws InvalidRequestError with every violation */
export const readHistoryQuery = ({ queryStringParameters = {} }: APIGatewayProxyEventV2): HistoryQuery => {
  const { from, to, points, ...unknown } = queryStringParameters;
  const violations: Violation[] = Object.keys(unknown).map((parameter) => ({
    parameter: parameter.slice(0, 100),
    detail: 'is not a known parameter',
  }));
  const [fromMs, toMs] = [timeIn(from), timeIn(to)];
  if (Number.isNaN(fromMs)) violations.push({ parameter: 'from', detail: TIME_RULE });
  if (Number.isNaN(toMs)) violations.push({ parameter: 'to', detail: TIME_RULE });
  if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
    violations.push({ parameter: 'to', detail: 'must not be before from' });
  }
  const most = points === undefined ? POINTS : /^\d{1,6}$/.test(points) ? Number(points) : Number.NaN;
  if (!(most >= FEWEST_POINTS && most <= MOST_POINTS)) {
    violations.push({ parameter: 'points', detail: `must be a whole number from ${FEWEST_POINTS} to ${MOST_POINTS}` });
  }
  if (violations.length > 0) throw new InvalidRequestError(violations);
  return { ...(fromMs !== undefined && { fromMs }), ...(toMs !== undefined && { toMs }), points: most };
};

/** NaN when it is no time. */
const timeIn = (text: string | undefined): number | undefined =>
  text === undefined ? undefined : TIME.test(text) && isOfCalendar(text) ? Date.parse(text) : Number.NaN;

/** Date takes 30 February for 2 March. */
const isOfCalendar = (text: string): boolean => {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
};
