import { replicaLines } from '../../replication/info.ts';
import { type Broken, check, measured, onServer, PREPARE, page } from '../check.ts';
import type { FactValues } from '../facts.ts';
import { endpointText, listed, shellWord, shown } from '../text.ts';
import { numberField, textField } from '../unreadable.ts';
import { giveNamesBack } from './own-name.ts';
import { asSource } from './source-address.ts';

const OTHER_PRIMARY = measured(
  'Sentinel promoted a replica of a fenced primary within 3.2 s, and writes went on there',
);

/** What stands around the source, and may act on its own. */
export const SOURCE_TOPOLOGY_CHECKS = [
  check({
    id: 'source-commands-renamed',
    title: 'Commands that replication needs are renamed or refused on the source.',
    required: 'Every command under its own name. A `rename-command` line goes only with a restart of the source.',
    because: PREPARE,
    needs: ['sourceCommands'],
    mayUse: ['sourceInfo'],
    rule: ({ sourceCommands, sourceInfo }) => {
      const missing = [...sourceCommands].filter(([, known]) => !known).map(([name]) => name);
      if (missing.length === 0) return undefined;
      return {
        found: `Not known to the source: ${listed(missing, 20)}.`,
        remedy: giveNamesBack(`(${missing.join('|')})`, sourceInfo),
      };
    },
  }),
  check({
    id: 'source-is-replica',
    title: 'The source is a replica.',
    required: 'The primary: writes reach a replica through it, so that a fence on the replica would stop none of them.',
    because: page(
      'AWS, Migration-Initiate: a replica may be named, writes stay with its primary',
      'Migration-Initiate.html',
    ),
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      if (textField(sourceInfo, 'role', 'sourceInfo') === 'master') return undefined;
      const address = textField(sourceInfo, 'master_host', 'sourceInfo');
      const port = numberField(sourceInfo, 'master_port', 'sourceInfo');
      return {
        found: `It follows ${endpointText({ address, port })}, master_link_status ${shown(sourceInfo.get('master_link_status') ?? 'not told')}.`,
        remedy: asSource({ address, port }),
      };
    },
  }),
  check({
    id: 'source-replicas',
    title: 'Other replicas follow the source.',
    required: 'Known to you: they do not move to ElastiCache, and the fence has to cover each of them.',
    because: OTHER_PRIMARY,
    needs: ['sourceInfo'],
    rule: ({ sourceInfo }) => {
      const connected = numberField(sourceInfo, 'connected_slaves', 'sourceInfo');
      if (connected === 0) return undefined;
      const replicas = replicaLines(sourceInfo).map(({ ip, port, state }) => ({
        name: `${shown(ip)}:${port}`,
        ip,
        port,
        state,
      }));
      return {
        found: `${connected}: ${listed(replicas.map(({ name, state }) => `${name} (${shown(state, 20)})`)) || 'not told which'}.`,
        remedy: replicas.slice(0, 5).map(({ ip, port }) => onServer({ address: ip, port }, 'INFO replication')),
      };
    },
  }),
  check({
    id: 'source-replicas-unreachable',
    title: 'A replica of the source cannot be reached, so that no fence can be set on it.',
    required:
      'Every replica of the source answers this service on the address that INFO of the source lists, or is detached; or a request whose `cutover.fence` is `none`.',
    because: OTHER_PRIMARY,
    needs: ['sourceInfo', 'sourceReplicas'],
    rule: ({ sourceInfo, sourceReplicas }, { fence }) => {
      if (fence === 'none') return undefined;
      const unreached = sourceReplicas.flatMap(({ endpoint, unreached }) =>
        unreached === undefined ? [] : [{ endpoint, text: `${endpointText(endpoint)} (${shown(unreached, 80)})` }],
      );
      const untold = numberField(sourceInfo, 'connected_slaves', 'sourceInfo') - sourceReplicas.length;
      if (unreached.length === 0 && untold <= 0) return undefined;
      const others = untold > 0 ? [`${untold} of which INFO does not tell where they are`] : [];
      return {
        found: `${listed([...unreached.map(({ text }) => text), ...others])}.`,
        remedy: unreached.slice(0, 5).map(({ endpoint }) => onServer(endpoint, 'REPLICAOF NO ONE')),
      };
    },
  }),
  check({
    id: 'source-sentinel',
    title: 'Sentinel watches the source, and may promote another node at any time.',
    required: 'No Sentinel on the source from before the migration until after the cutover.',
    because: OTHER_PRIMARY,
    needs: ['sourceReach'],
    mayUse: ['sentinels', 'sourceClients'],
    rule: ({ sentinels = [], sourceClients = [] }) => {
      if (sentinels.length > 0) return announced(sentinels);
      // One that does not say where it is, or where nobody may ask, still shows by its connection.
      const names = sourceClients.map((line) => line.get('name') ?? '').filter((name) => name.startsWith('sentinel-'));
      if (names.length === 0) return undefined;
      return { found: `Connected: ${listed(names.map((name) => shown(name, 60)))}.`, remedy: [] };
    },
  }),
] as const;

const announced = (sentinels: FactValues['sentinels']): Broken => ({
  found: `${listed(
    sentinels.map(
      ({ endpoint, primaryName }) =>
        `${shown(endpoint.address)}:${endpoint.port} watches it as \`${shown(primaryName)}\``,
    ),
  )}.`,
  remedy: sentinels
    .slice(0, 20)
    .map(({ endpoint, primaryName }) => onServer(endpoint, 'SENTINEL REMOVE', shellWord(primaryName))),
});
