import { readFileSync } from 'node:fs';
import { judge } from './exceptions.ts';

interface Report {
  summary: { passed: number; checkov_version: string };
  results: { failed_checks: { check_id: string; check_name: string; resource: string }[] };
}

/** `node test/template/checkov-report.ts REPORT.json`: says what checkov found and .ci/template-exceptions.yaml does not except. */
const report = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as Report;
const findings = report.results.failed_checks.map(({ check_id, check_name, resource }) => ({
  rule: check_id,
  resource: resource.split('.').at(-1) as string,
  message: check_name,
}));
const { open, idle } = judge('checkov', findings);
for (const { rule, resource, message } of open) console.error(`${rule} ${resource}: ${message}`);
for (const rule of idle) console.error(`${rule}: is excepted, but nothing is found`);
const { passed, checkov_version } = report.summary;
console.log(
  `checkov ${checkov_version}: ${passed} passed, ${findings.length - open.length} excepted, ${open.length} findings`,
);
// Nothing read is nothing checked.
process.exitCode = open.length + idle.length > 0 || passed === 0 ? 1 : 0;
