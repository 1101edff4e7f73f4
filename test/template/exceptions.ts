import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { template } from './support.ts';

export interface Exception {
  rule: string;
  /** Tools. */
  of: string[];
  /** A resource type, or logical ids. */
  on: string | string[];
  reason: string;
}

export interface Finding {
  rule: string;
  /** A logical id. */
  resource: string;
  message: string;
}

export const exceptions = parse(
  readFileSync(new URL('../../.ci/template-exceptions.yaml', import.meta.url), 'utf8'),
) as Exception[];

/** Logical ids. */
export const resourcesIn = ({ on }: Exception): string[] =>
  typeof on === 'string'
    ? Object.entries(template.Resources)
        .filter(([, { Type }]) => Type === on)
        .map(([logicalId]) => logicalId)
    : on;

/** What a tool found and nothing excepts, and the rules of exceptions for it that it did not need. */
export const judge = (tool: string, findings: readonly Finding[]): { open: Finding[]; idle: string[] } => {
  const ours = exceptions.filter(({ of }) => of.includes(tool));
  const covers = (exception: Exception, { rule, resource }: Finding): boolean =>
    exception.rule === rule && resourcesIn(exception).includes(resource);
  return {
    open: findings.filter((finding) => !ours.some((exception) => covers(exception, finding))),
    idle: ours.filter((exception) => !findings.some((finding) => covers(exception, finding))).map(({ rule }) => rule),
  };
};
