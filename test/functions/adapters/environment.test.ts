import { describe, expect, it } from 'vitest';
import { number, readEnvironment, text } from '../../../functions/adapters/environment.ts';

const wanted = { TABLE_NAME: text, POLL_MILLISECONDS: number };

describe('the environment', () => {
  it('is read by kind', () => {
    expect(readEnvironment(wanted, { TABLE_NAME: 't', POLL_MILLISECONDS: '250', OTHER: 'x' })).toEqual({
      TABLE_NAME: 't',
      POLL_MILLISECONDS: 250,
    });
  });

  it('takes 0 for a number', () => {
    expect(readEnvironment({ N: number }, { N: '0' })).toEqual({ N: 0 });
  });

  it('names everything that is missing or unreadable at once', () => {
    expect(() => readEnvironment(wanted, { TABLE_NAME: '', POLL_MILLISECONDS: 'soon' })).toThrow(
      'TABLE_NAME is missing; POLL_MILLISECONDS cannot be read: soon',
    );
  });

  it.each(['-1', 'NaN', 'Infinity', '1s'])('takes %s for no number', (value) => {
    expect(() => readEnvironment({ N: number }, { N: value })).toThrow('N cannot be read');
  });
});
