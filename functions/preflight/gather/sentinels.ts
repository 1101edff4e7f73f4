import type { Endpoint } from '../../migration/record.ts';
import type { ClientLine, Fact, Sentinel } from '../facts.ts';
import { Refused, Unread } from '../ports.ts';
import { hostOf } from './client-list.ts';
import { factOf, valueIn } from './fact.ts';
import type { Line, Lines } from './lines.ts';
import { fieldsIn, integerIn, listIn, textIn } from './replies.ts';

/** Every Sentinel says here every 2 s (SENTINEL_PUBLISH_PERIOD) where it is and what it watches. */
const CHANNEL = '__sentinel__:hello';
const HEAR_MS = 2500;
const MOST_ASKED = 5;
const MOST_TOLD = 50;

/** Sentinels that watch the source. None gives a sign of itself: none. @throws Unread */
export const findSentinels = async (
  source: Endpoint,
  line: Line,
  lines: Lines,
  clients: Fact<ClientLine[]>,
): Promise<Sentinel[]> => {
  const connected = (valueIn(clients) ?? []).filter((client) => /^sentinel-/.test(client.get('name') ?? ''));
  const listening = await factOf(() => listenersOf(line));
  if (connected.length === 0 && !('value' in listening))
    throw new Unread('unreadable' in listening ? listening.unreadable : '');
  const expected = valueIn(listening) || new Set(connected.map((client) => client.get('name')?.slice(0, 17))).size;
  if (expected === 0) return [];

  const messages = await lines.to(source).hear(CHANNEL, HEAR_MS, (heard) => sentinelsIn(heard).length >= expected);
  const found = sentinelsIn(messages);
  if (found.length === 0) throw new Unread(`Sentinels are connected, and none said in ${HEAR_MS} ms where it is`);
  // Whoever may publish could send us anywhere: only hosts are asked that are connected to the source.
  const hosts = new Set((valueIn(clients) ?? []).map(hostOf));
  return Promise.all(
    found.map(async (sentinel, at) => {
      if (at >= MOST_ASKED || !hosts.has(sentinel.endpoint.address)) return sentinel;
      const replicas = await factOf(() => replicasOf(sentinel, lines));
      return 'value' in replicas ? { ...sentinel, replicas: replicas.value } : sentinel;
    }),
  );
};

const listenersOf = async (line: Line): Promise<number> => {
  const [, count] = listIn(await line.ask('PUBSUB', 'NUMSUB', CHANNEL), 'PUBSUB NUMSUB');
  return integerIn(count, 'PUBSUB NUMSUB');
};

/** `address,port,runid,epoch,name,address of the primary,its port,its epoch`. What is of another form is no Sentinel's. */
const sentinelsIn = (messages: readonly string[]): Sentinel[] => {
  const found = new Map<string, Sentinel>();
  for (const message of messages) {
    const [address = '', port = '', , , name = '', ...rest] = message.split(',');
    const endpoint = toEndpoint(address, port);
    if (endpoint && name !== '' && rest.length === 3 && found.size < MOST_TOLD)
      found.set(`${address},${port},${name}`, { endpoint, primaryName: name.slice(0, 200) });
  }
  return [...found.values()];
};

const toEndpoint = (address: string, port: string): Endpoint | undefined => {
  const number = /^\d{1,5}$/.test(port) ? Number(port) : 0;
  return number >= 1 && number <= 65_535 && /^[\w.:-]{1,253}$/.test(address) ? { address, port: number } : undefined;
};

/** SENTINEL REPLICAS came with Redis 5.0; before it was called SLAVES, as it still may be. @throws Unread */
const replicasOf = async ({ endpoint, primaryName }: Sentinel, lines: Lines): Promise<Endpoint[]> => {
  const line = lines.to(endpoint);
  const ask = (name: string) => line.ask('SENTINEL', name, primaryName);
  const reply = await ask('REPLICAS').catch((error) => {
    if (error instanceof Refused) return ask('SLAVES');
    throw error;
  });
  return listIn(reply, 'SENTINEL REPLICAS')
    .slice(0, MOST_TOLD)
    .flatMap((one) => {
      const fields = fieldsIn(one, 'SENTINEL REPLICAS');
      const [address, port] = ['ip', 'port'].map((field) => textIn(fields.get(field), 'SENTINEL REPLICAS'));
      return toEndpoint(address ?? '', port ?? '') ?? [];
    });
};
