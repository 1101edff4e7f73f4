const STACK = '--stack elasticache-migrator --region eu-west-1';

/** What help ends with: commands as they are typed. */
export const EXAMPLES = {
  program: `Examples:
  elasticache-migrator preflight --replication-group-id test --source 10.0.0.5:6379
  elasticache-migrator start --replication-group-id test --source 10.0.0.5:6379 --watch
  elasticache-migrator cutover test-2d4e27f91296 --watch
  elasticache-migrator list ${STACK}`,
  preflight: `Examples:
  Would it work, and what would it do?
    elasticache-migrator preflight --replication-group-id test --source 10.0.0.5:6379
  The same request from a file, for a script:
    elasticache-migrator preflight -f request.json --json

Exit code: 0 a real run would start, 1 it would fail, 2 asked for wrongly, 3 refused, 4 could not tell.`,
  start: `Examples:
  Begin, and watch until it awaits your cutover and beyond:
    elasticache-migrator start --replication-group-id test --source 10.0.0.5:6379 --watch
  Cut over without being asked again, as soon as both sides hold the same:
    elasticache-migrator start --replication-group-id test --source 10.0.0.5:6379 --cutover automatic
  The target's own data may be lost:
    elasticache-migrator start --replication-group-id test --source 10.0.0.5:6379 --waive target-holds-data --reason 'old test data'
  From what the aws command knows:
    aws elasticache start-migration --generate-cli-skeleton > request.json
    elasticache-migrator start -f request.json
  In a script that may be run twice:
    elasticache-migrator start -f request.json --idempotency-key change-4711 --json`,
  list: `Examples:
  elasticache-migrator list
  elasticache-migrator list --status awaitingCutover
  elasticache-migrator list --all --json | jq -r '.migrations[].migrationId'
  elasticache-migrator list ${STACK} --profile operations`,
  show: `Examples:
  elasticache-migrator show test-2d4e27f91296
  The newest migration into a group, with what it announced:
    elasticache-migrator show test --events
  elasticache-migrator show test-2d4e27f91296 --json | jq .progress`,
  watch: `Examples:
  elasticache-migrator watch test-2d4e27f91296
  Wait in a script until the cutover can be asked for, an hour at the most:
    elasticache-migrator watch test --until awaitingCutover --timeout 3600
  One JSON document a line:
    elasticache-migrator watch test --json | jq -c 'select(.type == "event")'

Ctrl-C ends the watching; the migration goes on. An API that is away is asked again and again.
Exit code: 0 completed, 1 failed or timed out, 2 asked for wrongly, 3 no such migration, 4 not known, 5 aborted, 130 Ctrl-C.`,
  cutover: `Examples:
  elasticache-migrator cutover test-2d4e27f91296 --watch
  In a script, with nobody to ask:
    elasticache-migrator cutover test-2d4e27f91296 --yes --reason 'change 4711'
  In spite of what the comparison found:
    elasticache-migrator cutover test-2d4e27f91296 --waive verification-differences --reason 'only caches differ'
  What a cutover looks for once more, and was backed out for; I have looked:
    elasticache-migrator cutover test-2d4e27f91296 --waive users-included,modules-loaded-twice --reason 'all in redis.conf'`,
  abort: `Examples:
  elasticache-migrator abort test-2d4e27f91296 --reason 'wrong source'
  elasticache-migrator abort test-2d4e27f91296 --reason 'wrong source' --yes --watch`,
  confirm: `Examples:
  elasticache-migrator confirm test-2d4e27f91296 --reason 'test-001 has the role master and our data'`,
  rollback: `Examples:
  elasticache-migrator rollback test-2d4e27f91296 --reason 'the new application is wrong' --watch`,
  unfence: `Examples:
  elasticache-migrator unfence test-2d4e27f91296 --reason 'clients are back on the source'
  A replica of the source is gone for good:
    elasticache-migrator unfence test-2d4e27f91296 --reason 'its host has burnt' --give-up 10.0.0.6:6379`,
  close: `Examples:
  elasticache-migrator close test-2d4e27f91296 --reason 'what is left is monitoring'`,
  verify: `Examples:
  elasticache-migrator verify redis://10.0.0.5:6379 redis://test-001.cache.amazonaws.com:6379
  elasticache-migrator verify redis://10.0.0.5 rediss://user:secret@target:6379/3 --mode sample --json

Asks no service. Exit code: 0 the same, 1 different, 2 asked for wrongly, 4 could not tell.`,
  certificate: `Examples:
  elasticache-migrator certificate check certificate.json --public-key key.pem
  elasticache-migrator show test-2d4e27f91296 --json | elasticache-migrator certificate check -

Exit code: 0 good, 1 bad, 2 no such file or no certificate, 4 could not tell.`,
  doctor: `Examples:
  elasticache-migrator doctor
  elasticache-migrator doctor ${STACK}

It sends only what changes nothing. Exit code: 0 all is there, 1 something is missing, 2 asked for wrongly, 4 could not tell.`,
  completion: `Examples:
  For this shell:
    source <(elasticache-migrator completion bash)
  For good:
    elasticache-migrator completion bash >> ~/.bashrc
    elasticache-migrator completion zsh > ~/.zsh_elasticache-migrator && echo 'source ~/.zsh_elasticache-migrator' >> ~/.zshrc
    mkdir -p ~/.config/fish/completions && elasticache-migrator completion fish > ~/.config/fish/completions/elasticache-migrator.fish`,
} as const;

export const EXIT_HELP = `Exit codes:
  0 done   1 failed   2 asked for wrongly   3 refused
  4 could not tell   5 aborted   130 interrupted`;
