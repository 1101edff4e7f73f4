import type { CheckId } from '../migration/preflight.ts';
import type { Endpoint } from '../migration/record.ts';
import type { Circumstances, FactName, FactValues } from './facts.ts';
import { shellWord } from './text.ts';

/** What a rule found. */
export interface Broken {
  found: string;
  /** Commands or settings to paste, in their order. */
  remedy: string[];
}

/**
 * A check as data. Severity and waivability stand in PREFLIGHT_CHECKS. The rule is asked only when every fact that it
 * needs was read: `undefined` means that all is well.
 */
export interface Check<N extends FactName = FactName, M extends FactName = FactName> {
  id: CheckId;
  /** What is wrong when it is found, in one sentence: `The source requires AUTH.` */
  title: string;
  /** What would be right, in one sentence. */
  required: string;
  because: { text: string; url?: string };
  needs: readonly N[];
  /** Facts that the rule is also given when they were read, and that it does without when they were not. */
  mayUse?: readonly M[];
  rule(facts: Pick<FactValues, N> & Partial<Pick<FactValues, M>>, circumstances: Circumstances): Broken | undefined;
}

/** Keeps the types of the needed facts for the rule, and forgets them for the catalogue. */
export const check = <const N extends FactName, const M extends FactName = never>(definition: Check<N, M>): Check =>
  definition as unknown as Check;

const GUIDE = 'https://docs.aws.amazon.com/AmazonElastiCache/latest/dg';

/** Pages that rules come from. */
export const PREPARE = { text: 'AWS, Migration-Prepare', url: `${GUIDE}/Migration-Prepare.html` };
export const page = (text: string, file: string) => ({ text, url: `${GUIDE}/${file}` });
export const measured = (text: string) => ({ text: `Measured: ${text}` });

/** A line that can be pasted: a command to the source. */
export const onSource = ({ source }: Circumstances, ...command: string[]): string =>
  `redis-cli -h ${source.address} -p ${source.port} ${command.join(' ')}`;

/** A line that can be pasted: a command to a server whose address another server told. */
export const onServer = ({ address, port }: Endpoint, ...command: string[]): string =>
  `redis-cli -h ${shellWord(address)} -p ${shellWord(String(port))} ${command.join(' ')}`;

/** A line that can be pasted: a change of the replication group. */
export const modifyGroup = ({ replicationGroupId }: Circumstances, ...options: string[]): string =>
  `aws elasticache modify-replication-group --replication-group-id ${replicationGroupId} ${options.join(' ')} --apply-immediately`;
