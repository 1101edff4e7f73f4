import type { CertificateBody, CertifiedShard, Confirmation } from '../../functions/migration/certificate.ts';
import type { Endpoint } from '../../functions/migration/record.ts';
import { bad, type Finding, good, unknown, unless } from './finding.ts';

/** Whether what the certificate says is what a cutover without a loss looks like. */
export const checkMeaning = (body: CertificateBody): Finding[] => [
  ...checkShards(body),
  ...checkFence(body),
  ...checkTimes(body),
  checkVerification(body),
];

const nameOf = ({ address, port }: Endpoint): string => `${address}:${port}`;

const checkShards = ({ shards, confirmation }: CertificateBody): Finding[] => {
  const ids = shards.map(({ nodeGroupId }) => nodeGroupId);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  return [
    ...unless(
      'shards',
      [...(ids.length === 0 ? ['it tells no shard'] : []), ...twice.map((id) => `shard ${id} is told twice`)],
      `${ids.length} ${ids.length === 1 ? 'shard' : 'shards'}`,
    ),
    ...shards.flatMap((shard) => [...checkApplied(shard), ...checkHistory(shard, confirmation !== undefined)]),
    ...(confirmation ? [checkConfirmation(confirmation)] : []),
  ];
};

const checkApplied = ({ nodeGroupId, nodes, fencedOffset }: CertifiedShard): Finding[] => {
  const primaries = nodes.filter(({ role }) => role === 'primary').length;
  const ids = nodes.map(({ cacheClusterId }) => cacheClusterId);
  const against = [
    ...(primaries === 1 ? [] : [`it tells ${primaries} primaries of the target`]),
    ...ids.filter((id, index) => ids.indexOf(id) !== index).map((id) => `node ${id} is told twice`),
    ...nodes
      .filter(({ appliedOffset }) => appliedOffset < fencedOffset)
      .map(
        ({ cacheClusterId, appliedOffset }) =>
          `node ${cacheClusterId} had applied ${appliedOffset}, and the source was at ${fencedOffset}`,
      ),
  ];
  const behind = `${nodes.length === 1 ? 'the one node' : `each of ${nodes.length} nodes`} of the target had applied what the source had at ${fencedOffset}`;
  return unless(`shard ${nodeGroupId}, offsets`, against, behind);
};

/** Where an operator's word stands for the history, a history of another name speaks neither for the promotion nor against it. */
const checkHistory = (
  { nodeGroupId, replicationId, fencedOffset, nodes, promoted }: CertifiedShard,
  isConfirmed: boolean,
): Finding[] => {
  const what = `shard ${nodeGroupId}, promotion`;
  const { previousReplicationId, continuesUpToOffset, primary } = promoted;
  const isMember = nodes.some(({ endpoint }) => nameOf(endpoint) === nameOf(primary));
  const against = [
    ...(isMember ? [] : [`${nameOf(primary)} was promoted, which is none of the nodes that had applied it`]),
    ...(promoted.replicationId === replicationId
      ? ["the promoted primary has the source's own replication id: it was not promoted"]
      : []),
  ];
  const otherwise = [
    ...(previousReplicationId !== undefined && previousReplicationId !== replicationId
      ? [`the promoted primary continues the history ${previousReplicationId}, and the source's was ${replicationId}`]
      : []),
    ...(continuesUpToOffset !== undefined && continuesUpToOffset <= fencedOffset
      ? [
          `the promoted primary continues the source's history up to ${continuesUpToOffset} alone, and the source was at ${fencedOffset}`,
        ]
      : []),
  ];
  const speaking = [
    ...against.map((text) => bad(what, text)),
    ...otherwise.map((text) => (isConfirmed ? unknown : bad)(what, text)),
  ];
  if (speaking.length > 0) return speaking;
  if (previousReplicationId === undefined || continuesUpToOffset === undefined) {
    return [unknown(what, 'the promoted primary did not tell whose history it continues, and up to where')];
  }
  return [good(what, `${nameOf(primary)} continues the source's history beyond that`)];
};

const checkConfirmation = ({ at, by, reason, keys, unfenced = [] }: Confirmation): Finding => {
  const counts = keys.map(
    ({ nodeGroupId, sourceKeys = 'an unknown number of', targetKeys }) =>
      `shard ${nodeGroupId} had ${targetKeys} keys, and its source ${sourceKeys}`,
  );
  const who = by.principal ?? by.sourceIp ?? by.by;
  return unknown(
    'confirmation',
    `that the target was promoted is the word of ${who}, of ${at} (${reason}), and not proven; ${[...counts, ...unfenced].join('; ')}`,
  );
};

const checkFence = ({ fence, shards, waivers }: CertificateBody): Finding[] => {
  if (fence.kind === 'none') {
    return [
      good('fence', "none: that nobody wrote to the source any more is the operator's word, and an offset that stood"),
    ];
  }
  const primaries = fence.nodes.filter(({ role }) => role === 'primary').map(({ endpoint }) => nameOf(endpoint));
  const forgetful = fence.nodes
    .filter(({ outlivesRestart }) => !outlivesRestart)
    .map(({ endpoint }) => nameOf(endpoint));
  const against = [
    ...shards
      .filter(({ source }) => !primaries.includes(nameOf(source)))
      .map(
        ({ source, nodeGroupId }) => `the source ${nameOf(source)} of shard ${nodeGroupId} was not fenced as a primary`,
      ),
    ...(forgetful.length > 0 && !waivers.includes('fence-not-durable')
      ? [`a restart of ${forgetful.join(', ')} forgets the fence, and nobody waived that`]
      : []),
  ];
  const count = fence.nodes.length;
  return unless('fence', against, `${fence.kind}, on ${count} ${count === 1 ? 'node' : 'nodes'} of the source`);
};

const NAMES = {
  migrationRequestedAt: 'the migration was requested',
  cutoverRequestedAt: 'the cutover was requested',
  frozenAt: 'the writes were frozen',
  drainedAt: 'the target had caught up',
  fencedAt: 'the durable fence stood',
  completeSentAt: 'CompleteMigration was sent',
  promotedAt: 'the target was promoted',
} as const;
type Moment = keyof typeof NAMES;

/** Where nothing freezes, the durable fence stands before the target has caught up: between these two is no order. */
const ORDER: readonly (readonly [Moment, Moment])[] = [
  ['migrationRequestedAt', 'cutoverRequestedAt'],
  ['migrationRequestedAt', 'frozenAt'],
  ['cutoverRequestedAt', 'frozenAt'],
  ['frozenAt', 'drainedAt'],
  ['frozenAt', 'fencedAt'],
  ['drainedAt', 'completeSentAt'],
  ['fencedAt', 'completeSentAt'],
  ['migrationRequestedAt', 'completeSentAt'],
  ['completeSentAt', 'promotedAt'],
];

const checkTimes = ({ times, fence }: CertificateBody): Finding[] => {
  const against = ORDER.flatMap(([before, after]) => {
    const [earlier, later] = [times[before], times[after]];
    if (earlier === undefined || later === undefined || Date.parse(earlier) <= Date.parse(later)) return [];
    return [`it tells that ${NAMES[before]} at ${earlier}, and ${NAMES[after]} before that, at ${later}`];
  });
  if (fence.kind !== 'none' && times.fencedAt === undefined) against.push('it does not tell when the fence stood');
  if (times.drainedAt === undefined) against.push('it does not tell when the target had caught up');
  return unless('times', against, 'they are in order');
};

const checkVerification = ({ verification, times, waivers }: CertificateBody): Finding => {
  const what = 'verification';
  if (!verification) return good(what, 'none: the data were not compared');
  const { verdict, mode, verifiedAt, compared, differences, waived } = verification;
  if (Date.parse(verifiedAt) > Date.parse(times.completeSentAt)) {
    return bad(what, `it is of ${verifiedAt}, after CompleteMigration was sent`);
  }
  const figures =
    compared === undefined ? '' : `, ${compared} keys compared, ${differences ?? 'an unknown number of'} different`;
  if (verdict === 'same') {
    return differences
      ? bad(what, `its verdict is same, in spite of ${differences} differences`)
      : good(what, `same (${mode}${figures})`);
  }
  return waived && waivers.includes('verification-differences')
    ? good(what, `${verdict} (${mode}${figures}), which was waived`)
    : bad(what, `${verdict} (${mode}${figures}), and nobody waived that`);
};
