import type { NodeView, ShardView } from '../../../functions/migration/record.ts';
import { phaseWords } from '../parts/status-words.ts';
import { bytes, count } from '../parts/text.ts';
import { Ago } from '../parts/time.tsx';
import { Section, Wide } from './parts.tsx';
import { endpoint } from './sentences.ts';

/**
 * The source and every node of the target, as they were last seen.
 *
 * @param seenAt ISO 8601: while a cutover is awaited that may be minutes ago, and a link that was down may be up again
 */
export const Shards = ({ shards, seenAt }: { shards: ShardView[]; seenAt: string | undefined }) => (
  <Section
    id="nodes"
    title={shards.length > 1 ? 'Shards and nodes' : 'Nodes'}
    aside={
      seenAt && (
        <span class="muted small">
          seen <Ago at={seenAt} /> ago
        </span>
      )
    }
  >
    {shards.map((shard) => (
      <Shard key={shard.nodeGroupId} shard={shard} isOnly={shards.length === 1} />
    ))}
  </Section>
);

const Shard = ({ shard, isOnly }: { shard: ShardView; isOnly: boolean }) => {
  const { nodeGroupId, source, nodes, sourceOffset, replicationId, phase } = shard;
  return (
    <div class="shard">
      {!isOnly && (
        <h3>
          Shard <span class="mono">{nodeGroupId}</span> · {phaseWords(phase)}
        </h3>
      )}
      <Wide label={`Nodes of shard ${nodeGroupId}`}>
        <table class="dense">
          <caption class="unseen">Source and nodes of shard {nodeGroupId}</caption>
          <thead>
            <tr>
              <th scope="col">Node</th>
              <th scope="col">Endpoint</th>
              <th scope="col">Role</th>
              <th scope="col">Follows</th>
              <th scope="col" class="number">
                Offset
              </th>
              <th scope="col" class="number">
                Behind
              </th>
            </tr>
          </thead>
          <tbody>
            <tr class="source-row">
              <th scope="row">source</th>
              <td class="foreign mono">{endpoint(source)}</td>
              <td>source</td>
              <td class="muted">–</td>
              <td class="number">{sourceOffset === undefined ? '–' : count(sourceOffset)}</td>
              <td class="muted number">–</td>
            </tr>
            {nodes.map((node) => (
              <Node key={node.cacheClusterId} node={node} phase={phase} sourceOffset={sourceOffset} />
            ))}
          </tbody>
        </table>
      </Wide>
      {replicationId && (
        <p class="muted small">
          Replication id of the source <span class="mono foreign">{replicationId}</span>
        </p>
      )}
    </div>
  );
};

const Node = ({
  node,
  phase,
  sourceOffset,
}: {
  node: NodeView;
  phase: ShardView['phase'];
  sourceOffset: number | undefined;
}) => {
  const { cacheClusterId, endpoint: where, role, offset } = node;
  return (
    <tr>
      <th scope="row" class="foreign">
        {cacheClusterId}
      </th>
      <td class="foreign mono">{endpoint(where)}</td>
      <td>{role}</td>
      <td>{followsText(node, phase)}</td>
      <td class="number">{offset === undefined ? '–' : count(offset)}</td>
      <td class="number">{isCopied(phase) ? '–' : behind(node, sourceOffset)}</td>
    </tr>
  );
};

const followsText = ({ role, replicationRole, linkStatus }: NodeView, phase: ShardView['phase']) => {
  if (replicationRole === undefined) return <span class="warn-text">does not answer</span>;
  if (replicationRole === 'master') return 'nobody';
  // Redis calls the link down for as long as the full sync lasts.
  if (role === 'primary' && isCopied(phase)) return 'full sync';
  return linkStatus === 'down' ? <span class="bad-text">link down</span> : 'link up';
};

/** What a node holds now is thrown away. */
const isCopied = (phase: ShardView['phase']): boolean => phase === 'copying' || phase === 'loading';

/** Offsets of a node whose link is down say nothing of the source's data. */
const behind = ({ offset, replicationRole, linkStatus }: NodeView, source: number | undefined): string => {
  if (offset === undefined || source === undefined || replicationRole !== 'slave' || linkStatus !== 'up') return '–';
  return offset >= source ? 'none' : bytes(source - offset);
};
