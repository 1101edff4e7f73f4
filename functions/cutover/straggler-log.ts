import type { ClientLine } from '../preflight/facts.ts';
import { toClients } from '../preflight/gather/client-list.ts';
import { fieldsIn, listIn, textIn } from '../preflight/gather/replies.ts';
import { type Reply, Unread } from '../preflight/ports.ts';

/** The server keeps 128 by default (acllog-max-len), the newest first. */
export const MOST_ENTRIES = 128;

/** Commands that were refused. Within 60 s the server counts the same command of the same user as one, whoever sent it. */
export interface Refusal {
  user: string;
  /** In lower case; `xgroup|create` of a subcommand. */
  command: string;
  count: number;
  /** Since the last of them. */
  ageMs: number;
  /** Who sent the last of them. */
  client: ClientLine;
}

/**
 * What ACL LOG tells of commands that their user may not call. Field names: measured on 6.2, 7.0, 8.2 and Valkey 8.1;
 * `age-seconds` counts from the last of them.
 *
 * @throws Unread
 */
export const refusalsIn = (reply: Reply): Refusal[] =>
  listIn(reply, 'ACL LOG')
    .slice(0, MOST_ENTRIES)
    .flatMap((entry) => {
      const fields = fieldsIn(entry, 'ACL LOG');
      const text = (name: string) => textIn(fields.get(name), 'ACL LOG');
      if (text('reason') !== 'command') return [];
      const count = fields.get('count');
      const age = fields.get('age-seconds');
      const ageMs = Number(Buffer.isBuffer(age) ? age.toString() : age) * 1000;
      const [client] = toClients(text('client-info'));
      if (typeof count !== 'number' || !Number.isFinite(ageMs) || !client) {
        throw new Unread('ACL LOG was answered in a form that it does not have');
      }
      return [
        { user: text('username'), command: text('object').toLowerCase(), count, ageMs: Math.max(0, ageMs), client },
      ];
    });
