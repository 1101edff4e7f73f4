import { readFileSync } from 'node:fs';
import { managedPoliciesOf } from './managed-policies.ts';
import { functions, resourcesOf } from './support.ts';

/** `node test/template/managed-report.ts REPORT.json`: holds the policies of AWS's own that SAM gives against those that are known. */
const given = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Record<string, string[]>;
const known = Object.fromEntries(
  [...functions, ...resourcesOf('AWS::Serverless::StateMachine')].map(([name, resource]) => [
    `${name}Role`,
    managedPoliciesOf(resource).sort(),
  ]),
);

const wrong = [...new Set([...Object.keys(given), ...Object.keys(known)])].filter(
  (role) => String(given[role]) !== String(known[role]),
);
for (const role of wrong) console.error(`${role}: SAM gives ${given[role]}; known are ${known[role]}`);
console.log(`sam: policies of AWS's own in ${Object.keys(given).length} roles, ${wrong.length} that are not known`);
process.exitCode = wrong.length > 0 || Object.keys(given).length === 0 ? 1 : 0;
