import type { APIGatewayProxyEventV2 } from 'aws-lambda';
import { describe, expect, it } from 'vitest';
import { readHistoryQuery } from '../../../functions/adapters/history-query.ts';

const read = (query?: Record<string, string>) =>
  readHistoryQuery({ ...(query && { queryStringParameters: query }) } as unknown as APIGatewayProxyEventV2);
const violations = (query: Record<string, string>): { parameter: string }[] => {
  try {
    read(query);
    return [];
  } catch (error) {
    return (error as { violations: { parameter: string }[] }).violations;
  }
};

describe('the query of a history', () => {
  it('has 600 points of the whole migration, or what it says', () => {
    expect(read()).toEqual({ points: 600 });
    expect(read({ from: '2026-01-01T02:00:00+02:00', to: '2026-01-01T00:01:00.5Z', points: '2000' })).toEqual({
      fromMs: Date.UTC(2026, 0, 1),
      toMs: Date.UTC(2026, 0, 1, 0, 1, 0, 500),
      points: 2000,
    });
  });

  it('is refused with all that is wrong at once', () => {
    expect(violations({ from: 'yesterday', to: '2026-13-01T00:00Z', points: '9', color: 'red' })).toMatchObject(
      ['color', 'from', 'to', 'points'].map((parameter) => ({ parameter })),
    );
  });

  it.each(['', '0', '2001', '1e3', '-10', '10.5', 'NaN'])('has no %j points', (points) => {
    expect(violations({ points })).toMatchObject([{ parameter: 'points' }]);
  });

  it.each(['2026-02-30T00:00:00Z', '2026-01-01', '2026-01-01T00:00:00', '1767225600000', '2026-01-01 00:00Z', ''])(
    'has no time %j',
    (from) => {
      expect(violations({ from })).toMatchObject([{ parameter: 'from' }]);
    },
  );

  it('does not end before it begins', () => {
    expect(violations({ from: '2026-01-02T00:00Z', to: '2026-01-01T00:00Z' })).toMatchObject([{ parameter: 'to' }]);
  });
});
