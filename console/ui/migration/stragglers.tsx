import type { StragglersSummary } from '../../../functions/migration/cutover-record.ts';
import { Note } from '../parts/note.tsx';
import { count } from '../parts/text.ts';
import { Ago } from '../parts/time.tsx';
import { Section, When, Wide } from './parts.tsx';
import { endpoint } from './sentences.ts';

/** Who still turns to the old primary. */
export const Stragglers = ({ stragglers }: { stragglers: StragglersSummary }) => {
  const { asOf, quietSince, writers, readers, clients, untold } = stragglers;
  return (
    <Section
      id="stragglers"
      title="Stragglers"
      aside={
        <span class="muted small">
          seen <Ago at={asOf} /> ago
        </span>
      }
    >
      {untold ? (
        <Note tone="warn" title="Nothing is known of them">
          <p class="foreign">{untold}</p>
        </Note>
      ) : (
        <p>
          {writers + readers === 0 ? 'Nobody turns to the old primary.' : inSight(writers, readers)}
          {quietSince && (
            <>
              {' '}
              Quiet since <When at={quietSince} />.
            </>
          )}
        </p>
      )}
      {clients.length > 0 && (
        <Wide label="Stragglers">
          <table class="dense">
            <caption class="unseen">Clients that turned to the old primary</caption>
            <thead>
              <tr>
                <th scope="col">Client</th>
                <th scope="col">Does</th>
                <th scope="col">User, name</th>
                <th scope="col">Command</th>
                <th scope="col" class="number">
                  Refused
                </th>
                <th scope="col">Last seen</th>
                <th scope="col">At</th>
              </tr>
            </thead>
            <tbody>
              {clients.map(({ kind, address, node, user, name, command, count: times, lastSeenAt }) => (
                <tr key={`${kind} ${address} ${endpoint(node)} ${user} ${name} ${command}`}>
                  <th scope="row" class="foreign mono">
                    {address}
                  </th>
                  <td>{kind === 'writes' ? <span class="bad-text">writes</span> : 'is connected'}</td>
                  <td class="foreign">{[user, name].filter(Boolean).join(', ') || '–'}</td>
                  <td class="foreign mono">{command ?? '–'}</td>
                  <td class="number">{times === undefined ? '–' : count(times)}</td>
                  <td>{lastSeenAt ? <When at={lastSeenAt} /> : '–'}</td>
                  <td class="foreign mono">{endpoint(node)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Wide>
      )}
    </Section>
  );
};

/** At the last look. */
const inSight = (writers: number, readers: number): string => {
  const told = [
    writers > 0 && `${count(writers)} ${writers === 1 ? 'client tries' : 'clients try'} to write to the old primary`,
    readers > 0 && `${count(readers)} ${readers === 1 ? 'is' : 'are'} connected to it`,
  ];
  return `${told.filter(Boolean).join(', ')}.`;
};
