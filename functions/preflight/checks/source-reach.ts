import { sentence } from '../../migration/sentence.ts';
import { check, onSource, PREPARE } from '../check.ts';
import type { Reach } from '../facts.ts';
import { shown } from '../text.ts';
import { configure } from './configure.ts';

/** How the source answers who knocks. Each state of reach is one finding. */
export const SOURCE_REACH_CHECKS = [
  check({
    id: 'source-network-not-allowed',
    title: 'The source is outside of the networks in which this service dials.',
    required:
      'Every address of the source in a network of the template parameter `AllowedNetworks`. Nothing was sent to it. Whoever may deploy can allow one more.',
    because: { text: "This deployment's parameter AllowedNetworks" },
    needs: ['sourceReach'],
    rule: ({ sourceReach }) =>
      whenReach(sourceReach, 'forbidden', [
        'npm ci && sam build && sam deploy --guided # at AllowedNetworks give the present ones and the network of the source',
      ]),
  }),
  check({
    id: 'source-unreachable',
    title: 'The source cannot be reached.',
    required: "Inbound rules and routes to the source's port for ElastiCache's nodes and for this service.",
    because: PREPARE,
    needs: ['sourceReach'],
    rule: ({ sourceReach }, { source }) =>
      whenReach(sourceReach, 'unreachable', [
        ...['ELASTICACHE_SECURITY_GROUP', 'MIGRATOR_SECURITY_GROUP'].map(
          (group) =>
            `aws ec2 authorize-security-group-ingress --group-id "$SOURCE_SECURITY_GROUP" --protocol tcp --port ${source.port} --source-group "$${group}"`,
        ),
      ]),
  }),
  check({
    id: 'source-auth',
    title: 'The source asks for a password or a user.',
    required: 'No AUTH: a node of ElastiCache that follows the source has no credentials to give.',
    because: PREPARE,
    needs: ['sourceReach'],
    rule: ({ sourceReach }, circumstances) =>
      whenReach(sourceReach, 'auth', [onSource(circumstances, '-a "$PASSWORD"', 'CONFIG SET requirepass ""')]),
  }),
  check({
    id: 'source-default-user',
    title: 'The user default of the source may not be followed.',
    required:
      'PING, REPLCONF and PSYNC for the user default, without a password: a node of ElastiCache is that user. And the commands that AWS wants by their names: it does not say which of them ElastiCache calls.',
    because: PREPARE,
    needs: ['sourceReach'],
    rule: ({ sourceReach }, circumstances) =>
      whenReach(sourceReach, 'noReplication', [
        onSource(
          circumstances,
          'ACL SETUSER default on nopass +ping +replconf +psync +sync +info "+config|get" +command +cluster',
        ),
      ]),
  }),
  check({
    id: 'source-credentials',
    title: 'This service cannot log in to the source as it is told to.',
    required:
      'Exactly one secret of the template parameter `SourceSecretArns` that names the source, which this service can read, and with which the source lets it in. See docs/source-credentials.md.',
    because: { text: "This deployment's parameter SourceSecretArns" },
    needs: ['sourceLogin'],
    rule: ({ sourceLogin }) =>
      sourceLogin.length === 0
        ? undefined
        : {
            found: sourceLogin.map(({ text }) => sentence(shown(text, 400))).join(' '),
            remedy: sourceLogin.flatMap(({ remedy }) => remedy),
          },
  }),
  check({
    id: 'source-tls',
    title: 'The source speaks TLS on this port.',
    required: 'A port in clear: the target must be without encryption in transit, so its nodes cannot follow over TLS.',
    because: PREPARE,
    needs: ['sourceReach'],
    mayUse: ['sourceInfo'],
    rule: ({ sourceReach, sourceInfo }, circumstances) => {
      const port = String(anotherPort(circumstances.source.port));
      return whenReach(sourceReach, 'tls', configure(circumstances, sourceInfo, 'port', port, '--tls --insecure'));
    },
  }),
  check({
    id: 'source-loading',
    title: 'The source is still loading its data.',
    required: 'A source that has loaded: until then it answers nothing, and its figures are not yet true.',
    because: { text: 'Redis, INFO: loading', url: 'https://redis.io/docs/latest/commands/info/' },
    needs: ['sourceReach'],
    rule: ({ sourceReach }, circumstances) =>
      whenReach(sourceReach, 'loading', [`until ${onSource(circumstances, 'PING')} | grep -q PONG; do sleep 1; done`]),
  }),
  check({
    id: 'source-protected-mode',
    title: 'The source is in protected mode.',
    required: 'Protected mode off. The line is for a shell on the source itself, since it answers to nobody else.',
    because: PREPARE,
    needs: ['sourceReach'],
    mayUse: ['sourceConfig'],
    rule: ({ sourceReach, sourceConfig }, { source }) => {
      const remedy = [`redis-cli -h 127.0.0.1 -p ${source.port} CONFIG SET protected-mode no`];
      if (sourceConfig?.get('protected-mode') === 'yes') return { found: 'protected-mode is `yes`.', remedy };
      return whenReach(sourceReach, 'protected', remedy);
    },
  }),
] as const;

const whenReach = ({ state, detail }: Reach, wanted: Reach['state'], remedy: string[]) =>
  state === wanted ? { found: sentence(shown(detail, 300)), remedy } : undefined;

const anotherPort = (port: number): number => (port < 65_535 ? port + 1 : port - 1);
