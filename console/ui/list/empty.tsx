import type { ConsoleTarget } from '../../session.ts';
import { useSession } from '../data/session.ts';
import { Command } from '../parts/command.tsx';

/** How to begin: by the form, or by what can be pasted. */
export const Empty = () => {
  const session = useSession();
  const command = session && commandFor(session.target);
  return (
    <section class="card empty">
      <h2>No migration yet</h2>
      <p>
        A migration copies a self-hosted Redis or Valkey into an ElastiCache replication group, keeps it in sync,
        compares both sides, and cuts over when you say so. Begin with a dry run: it checks everything and changes
        nothing.
      </p>
      <p>
        <a class="button primary" href="/console/new">
          Start a dry run or a migration
        </a>
      </p>
      {command && (
        <>
          <p>Or ask the API:</p>
          <Command text={command} />
        </>
      )}
    </section>
  );
};

const BODY = `{
  "replicationGroupId": "test",
  "customerNodeEndpointList": [{ "address": "10.0.0.5", "port": 6379 }],
  "dryRun": true }`;

const commandFor = ({ kind, apiUrl, region, issuer }: ConsoleTarget): string => {
  if (issuer !== undefined)
    return `curl -X POST ${apiUrl}/migrations -H "authorization: Bearer $ELASTICACHE_MIGRATOR_TOKEN" -H 'content-type: application/json' -d '${BODY}'`;
  const signed =
    kind === 'stack'
      ? ` --aws-sigv4 aws:amz:${region}:execute-api \\
  --user "$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY" \${AWS_SESSION_TOKEN:+-H} \${AWS_SESSION_TOKEN:+"x-amz-security-token: $AWS_SESSION_TOKEN"}`
      : '';
  return `curl -X POST ${apiUrl}/migrations${signed} -H 'content-type: application/json' -d '${BODY}'`;
};
