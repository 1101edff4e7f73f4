import { useLocation } from 'preact-iso/router';

/** What of the migrations is shown; all of it is in the page's address, so that it can be kept and sent to others. */
export interface ListQuery {
  status: string;
  replicationGroupId: string;
  /** Where the page begins; '' for the newest. */
  after: string;
}

/** Which page was left for the one that begins at this token: the API only leads onwards. */
const cameFrom = new Map<string, string>();

export const hrefOf = ({ status, replicationGroupId, after }: Partial<ListQuery>): string => {
  const told = Object.entries({ status, group: replicationGroupId, after }).filter(([, value]) => value);
  return told.length > 0 ? `/console/?${new URLSearchParams(told as [string, string][])}` : '/console/';
};

export const useListQuery = () => {
  const { query: asked, route } = useLocation();
  const { status = '', group = '', after = '' } = asked;
  const query: ListQuery = { status, replicationGroupId: group, after };
  return {
    query,
    /** Another filter begins at its newest. */
    filter: (change: Partial<Omit<ListQuery, 'after'>>) => route(hrefOf({ ...query, ...change, after: '' }), true),
    olderHref: (nextToken: string) => {
      cameFrom.set(nextToken, after);
      return hrefOf({ ...query, after: nextToken });
    },
    /** Undefined on the newest page. */
    newerHref: after ? hrefOf({ ...query, after: cameFrom.get(after) ?? '' }) : undefined,
    newestHref: after ? hrefOf({ ...query, after: '' }) : undefined,
  };
};
