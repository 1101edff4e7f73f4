import type { Endpoint } from '../../../functions/migration/record.ts';
import type { MigrationView } from '../../../functions/migration/view.ts';
import { endpoint } from '../migration/sentences.ts';
import { ENDPOINT_RULE, readEndpoint } from '../parts/endpoint.ts';

/** What is typed: which of the known nodes are gone for good, and others, by commas or spaces. */
export interface GivenUp {
  known: readonly string[];
  others: string;
}

export const NOBODY: GivenUp = { known: [], others: '' };

/** An unfence that goes on for as long as a node cannot be lifted may be asked for again, with the name of that node. */
export const isUnfencePending = ({ waitingFor = '', cutover }: MigrationView): boolean =>
  waitingFor.startsWith('the unfence that was requested at ') && cutover.unfencedAt === undefined;

/**
 * It ended before CompleteMigration was sent, and its fence could not be lifted everywhere: nothing was promoted, and nobody
 * but the source can have writers.
 */
export const isStuck = ({ outcome, completeSentAt, cutover }: MigrationView): boolean =>
  outcome !== undefined && completeSentAt === undefined && cutover.promotedAt === undefined;

/** Who is given up, by docs/cutover.md. */
export const goneHint = (view: MigrationView): string => {
  const stays = 'Whatever stands on it stays there: should it come back, it is fenced.';
  return isStuck(view)
    ? `A replica that cannot be reached is given up without being named. ${stays} Any other node is waited for, unless it is named here.`
    : `Only one that is named here, and cannot be lifted for good, is given up. ${stays} Without a name, the act waits for every node.`;
};

/** Nodes of the source as far as the page knows them, each as it is typed, with its role. */
export const nodesOfSource = ({ source, cutover: { certificate } }: MigrationView): { name: string; role: string }[] =>
  certificate && 'certificate' in certificate
    ? certificate.fence.nodes.map((node) => ({ name: endpoint(node.endpoint), role: node.role }))
    : [{ name: endpoint(source), role: 'primary' }];

/**
 * The nodes to be given up, each once.
 * @returns what is wrong with what was typed, in place of them
 */
export const readGivenUp = ({ known, others }: GivenUp): { giveUp: Endpoint[] } | { wrong: string } => {
  const names = [...new Set([...known, ...others.split(/[\s,]+/).filter(Boolean)])];
  const read = names.map((name) => ({ name, node: readEndpoint(name) }));
  const bad = read.find(({ node }) => node === undefined);
  return bad ? { wrong: `${bad.name} ${ENDPOINT_RULE}.` } : { giveUp: read.flatMap(({ node }) => node ?? []) };
};
