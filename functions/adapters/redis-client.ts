import type { Endpoint } from '../migration/record.ts';
import type { Approach, Dialler } from './dial.ts';
import { authRefused, LoginError, tlsRefused } from './login.ts';
import { ErrorReply, RedisConnection } from './redis-connection.ts';
import { Login } from './source-secret.ts';

export interface ClientOptions {
  connectWithinMs: number;
  tls?: boolean;
  username?: string;
  password?: string;
  database?: number;
  /** Bulk strings come as Buffers. */
  asBuffers?: boolean;
}

/**
 * No offline queue and no reconnect: a command is answered now, or it has failed. By TLS and logged in as the options say, else
 * as the deployment has a secret for the server.
 *
 * @throws NetworkNotAllowedError, LoginError, what DNS throws, and what {@link RedisConnection} does
 */
export const connectClient = async (dialler: Dialler, endpoint: Endpoint, options: ClientOptions) => {
  const approach = await dialler.approach(endpoint);
  try {
    return await connectBy(approach, endpoint, options);
  } catch (error) {
    const newer = error instanceof LoginError ? await dialler.newer(endpoint, approach) : undefined;
    if (!newer) throw error;
    return connectBy(newer, endpoint, options);
  }
};

const connectBy = async (
  { way, tls: tlsOptions, login: ofSecret, arn }: Approach,
  endpoint: Endpoint,
  { connectWithinMs, tls, username, password, database = 0, asBuffers }: ClientOptions,
) => {
  const login = password === undefined && username === undefined ? ofSecret : new Login(password ?? '', username);
  const client = new RedisConnection(
    {
      ...way,
      connectTimeout: connectWithinMs,
      ...(tls && { tls: true as const, servername: endpoint.address }),
      ...(tlsOptions && { ...tlsOptions, tls: true as const }),
    },
    asBuffers,
  );
  try {
    await client.connect();
    // Not by the client itself: its error would repeat what the server says of AUTH.
    if (login)
      await client.sendCommand(login.command()).catch((error) => Promise.reject(asRefusal(endpoint, error, arn)));
    if (database > 0) await client.sendCommand(['SELECT', String(database)]);
    return client;
  } catch (error) {
    if (client.isOpen) client.destroy();
    throw (tlsOptions && tlsRefused({ ...endpoint, port: way.port }, error, arn)) ?? error;
  }
};

const asRefusal = (endpoint: Endpoint, error: unknown, arn: string | undefined): unknown =>
  error instanceof ErrorReply ? authRefused(endpoint, error.message.split(' ', 1)[0] ?? '', arn) : error;

export type Client = RedisConnection;
