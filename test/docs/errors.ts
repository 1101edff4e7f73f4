import { machines } from '../template/machine.ts';
import { shipped } from './sources.ts';

/** Every error class that ships: its name, which Step Functions matches on, and its code, where it has one. */
export const errorClasses = (): { name: string; code: string | undefined }[] =>
  shipped.flatMap(({ text }) =>
    text.split(/^export (?=(?:abstract )?class )/m).flatMap((part) => {
      const name = /^class \w+ extends \w*Error\b[\s\S]*?override readonly name = '(\w+)'/.exec(part)?.[1];
      return name ? [{ name, code: /readonly code = '([\w-]+)'/.exec(part)?.[1] }] : [];
    }),
  );

export const errorNames = (): string[] => errorClasses().map(({ name }) => name);

/** Names that no class has: what the machines end with by themselves, and what settlement finds out. */
export const ownNames = (): string[] => {
  const inMachines = machines.flatMap(({ text }) => [
    ...[...text.matchAll(/"Error": "(\w+)"/g)].map(([, name = '']) => name),
    ...[...text.matchAll(/'(\w+Error)'/g)].map(([, name = '']) => name),
  ]);
  const bySettlement = shipped
    .filter(({ path }) => path.startsWith('functions/cutover/'))
    .flatMap(({ text }) => [...text.matchAll(/\berror: '([\w.]+)'/g)].map(([, name = '']) => name));
  return [...new Set([...inMachines, ...bySettlement])];
};
