import { ValidationException } from './errors.ts';

export interface PageRequest {
  maxResults?: number | undefined;
  nextToken?: string | undefined;
}

interface Page<T> {
  items: T[];
  nextToken?: string;
}

const LARGEST_PAGE = 1000;
const DEFAULT_PAGE = 100;

/**
 * A page of a list. The token says how many items have been shown.
 *
 * @param maxResults 1-1000, and 0 for the default of 100, as the API has it
 * @throws ValidationException for a token or a size that cannot be
 */
export const pageOf = <T>(all: readonly T[], maxResults = 0, nextToken?: string): Page<T> => {
  if (!Number.isInteger(maxResults) || maxResults < 0 || maxResults > LARGEST_PAGE) {
    throw new ValidationException(`maxResults must be between 0 and ${LARGEST_PAGE}`);
  }
  const from = nextToken === undefined ? 0 : Number(Buffer.from(nextToken, 'base64url').toString());
  if (!Number.isInteger(from) || from < 0) throw new ValidationException("Invalid Token: 'Invalid token'");
  const to = from + (maxResults || DEFAULT_PAGE);
  const items = all.slice(from, to);
  return to < all.length ? { items, nextToken: Buffer.from(String(to)).toString('base64url') } : { items };
};
