import documented from './documented-output.json' with { type: 'json' };

/** The output that the AWS CLI's reference documents for start-migration (awscli/examples/elasticache/start-migration.rst). */
export const documentedOutput: unknown = documented;

/** Addresses and ports are of this machine; all else has to be as documented. */
export const withoutAddresses = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (name, inner: unknown) => (name === 'Address' ? 'somewhere' : name === 'Port' ? 0 : inner)),
  );
